"""What Telegram's refusals mean to whoever delivers."""

from __future__ import annotations

from aiogram.exceptions import (
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from bot.port import DeliveryError

_CREDENTIALS_PAUSE = 60.0
"""A token that is refused may be put right by the operator: seconds until the next try."""

# Parts of the descriptions of 400 Bad Request, in lower case.
_GONE = (
    "message to edit not found", "message can't be edited", "message_id_invalid", "there is no text in the message",
    "there is no caption in the message", "message to be replied not found", "message to delete not found",
    "invalid file_id", "wrong file_id",
)  # fmt: skip
_BLOCKED = (
    "chat not found", "user not found", "peer_id_invalid", "user is deactivated", "group chat was deactivated",
    "chat_write_forbidden", "not enough rights", "have no rights", "need administrator rights", "chat_restricted",
)  # fmt: skip
NOT_MODIFIED = "message is not modified"


def failure(error: TelegramAPIError) -> DeliveryError:  # noqa: PLR0911 -- a table
    """Return the neutral error for one of aiogram's."""
    match error:
        case TelegramRetryAfter():
            return DeliveryError("busy", permanent=False, retry_after=float(error.retry_after))
        case TelegramMigrateToChat():
            return DeliveryError("moved", permanent=True, moved_to=str(error.migrate_to_chat_id))
        case TelegramForbiddenError():
            return DeliveryError("blocked", permanent=True, detail=error.message)
        case TelegramUnauthorizedError() | TelegramNotFound():  # a token that never was is answered with 404
            return DeliveryError("credentials", permanent=False, retry_after=_CREDENTIALS_PAUSE)
        case TelegramEntityTooLarge():
            return DeliveryError("refused", permanent=True, detail=error.message)
        case TelegramBadRequest():
            return DeliveryError(_reason(error.message), permanent=True, detail=error.message)
        case TelegramNetworkError() | TelegramServerError() | TelegramConflictError():
            return DeliveryError("network", permanent=False, detail=error.message)
        case _:
            return DeliveryError("refused", permanent=True, detail=error.message)


def _reason(description: str) -> str:
    words = description.casefold()
    if any(part in words for part in _GONE):
        return "gone"
    return "blocked" if any(part in words for part in _BLOCKED) else "refused"
