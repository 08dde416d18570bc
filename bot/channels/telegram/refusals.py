"""What Telegram's refusals mean to whoever delivers, whichever SDK tells of them."""

from __future__ import annotations

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
_NOT_MODIFIED = "message is not modified"


def rejected(description: str) -> DeliveryError:
    """Return the error for 400 Bad Request, and for anything else that will not be taken another time either."""
    words = description.casefold()
    if any(part in words for part in _GONE):
        return DeliveryError("gone", permanent=True, detail=description)
    if any(part in words for part in _BLOCKED):
        return DeliveryError("blocked", permanent=True, detail=description)
    return DeliveryError("refused", permanent=True, detail=description)


def blocked(description: str) -> DeliveryError:
    """Return the error for 403 Forbidden: somebody blocked the bot, or threw it out."""
    return DeliveryError("blocked", permanent=True, detail=description)


def moved(chat_id: int) -> DeliveryError:
    """Return the error for a group that goes on under another id."""
    return DeliveryError("moved", permanent=True, moved_to=str(chat_id))


def busy(seconds: float) -> DeliveryError:
    """Return the error for 429 Too Many Requests."""
    return DeliveryError("busy", permanent=False, retry_after=seconds)


def not_us() -> DeliveryError:
    """Return the error for a token that is refused (401), or never was one (404)."""
    return DeliveryError("credentials", permanent=False, retry_after=_CREDENTIALS_PAUSE)


def broken(detail: str) -> DeliveryError:
    """Return the error for trouble on the line or on the server."""
    return DeliveryError("network", permanent=False, detail=detail)


def too_big() -> DeliveryError:
    """Return the error for a file that bots cannot fetch."""
    return DeliveryError("refused", permanent=True, detail="file is too big")


def is_unchanged(error: DeliveryError) -> bool:
    """Tell whether an edit was refused because it would have changed nothing."""
    return _NOT_MODIFIED in str(error).casefold()
