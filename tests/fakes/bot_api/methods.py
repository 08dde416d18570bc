"""The methods of the Bot API, each checking what the real one checks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.bot_api.chats import Json
from tests.fakes.bot_api.contents import (
    caption_fields,
    count,
    document_fields,
    edit,
    find_chat,
    media_fields,
    message_to_edit,
    open_chat,
    photo_fields,
    send,
    store,
    text_fields,
)
from tests.fakes.bot_api.delivery import Webhook
from tests.fakes.bot_api.errors import bad_request
from tests.fakes.bot_api.files import DOWNLOAD_LIMIT, reference
from tests.fakes.bot_api.params import Params
from tests.fakes.bot_api.people import Group
from tests.fakes.bot_api.styles import units

if TYPE_CHECKING:
    from tests.fakes.bot_api.server import FakeBotApi

Method = Callable[["FakeBotApi", Params], Awaitable[Any]]
METHODS: dict[str, Method] = {}
ANSWER_LIMIT = 200
SECRET_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
TWO_DAYS = 48 * 3600


def method(function: Method) -> Method:
    """Offer a function under its camel-case name; the real server does not look at case."""
    METHODS[function.__name__.replace("_", "")] = function
    return function


@method
async def get_me(api: FakeBotApi, _: Params) -> Json:
    """Who the bot is."""
    rights = {"can_join_groups": True, "can_read_all_group_messages": True, "supports_inline_queries": False}
    return {**api.me, **rights}


@method
async def get_updates(api: FakeBotApi, params: Params) -> list[Json]:
    """Long polling; an offset confirms all below it."""
    allow(api, params)
    return await api.updates.poll(params.integer("offset"), params.integer("limit", 100), params.integer("timeout"))


@method
async def set_webhook(api: FakeBotApi, params: Params) -> bool:
    """Post updates from now on; unlike the public server, as a local one does, to plain http too."""
    secret = params.text("secret_token") or ""
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not set(secret) <= SECRET_CHARACTERS:
        raise bad_request("secret token contains unallowed characters")
    url = params.text("url") or ""
    if url and not url.startswith(("http://", "https://")):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if params.flag("drop_pending_updates"):
        api.updates.pending.clear()
    allow(api, params)
    api.updates.set_webhook(Webhook(url, secret, params.integer("max_connections", 40)))
    return True


@method
async def delete_webhook(api: FakeBotApi, params: Params) -> bool:
    """Go back to getUpdates."""
    if params.flag("drop_pending_updates"):
        api.updates.pending.clear()
    api.updates.set_webhook(Webhook())
    return True


@method
async def get_webhook_info(api: FakeBotApi, _: Params) -> Json:
    """What setWebhook said, and how it goes."""
    hook = api.updates.webhook
    info: Json = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": api.updates.waiting}
    if hook.url:
        info["max_connections"] = hook.max_connections
    if hook.last_error:
        info |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    if api.updates.allowed:
        info["allowed_updates"] = api.updates.allowed
    return info


@method
async def send_message(api: FakeBotApi, params: Params) -> Json:
    """Send a text."""
    chat = open_chat(api, params)
    return send(api, chat, params, text_fields(params))


@method
async def send_photo(api: FakeBotApi, params: Params) -> Json:
    """Send a photo, uploaded or by file_id."""
    chat = open_chat(api, params)
    return send(api, chat, params, {**photo_fields(api, params, "photo"), **caption_fields(params)})


@method
async def send_document(api: FakeBotApi, params: Params) -> Json:
    """Send a file, uploaded or by file_id."""
    chat = open_chat(api, params)
    return send(api, chat, params, {**document_fields(api, params, "document"), **caption_fields(params)})


@method
async def send_location(api: FakeBotApi, params: Params) -> Json:
    """Send a pin."""
    chat = open_chat(api, params)
    place = {"latitude": params.number("latitude"), "longitude": params.number("longitude")}
    return send(api, chat, params, {"location": place})


@method
async def send_media_group(api: FakeBotApi, params: Params) -> list[Json]:
    """Send 2 to 10 photos or files as an album."""
    chat = open_chat(api, params)
    media = params.structure("media")
    if not isinstance(media, list) or not media:
        raise bad_request("there are no messages to send")
    if len(media) > 10:
        raise bad_request("too many messages to send as an album")
    fields = [media_fields(api, params, item) for item in media]
    album = api.new_id("album")
    count(api, chat, len(fields))
    return [store(api, chat, {**each, "media_group_id": album}, params).json for each in fields]


@method
async def edit_message_text(api: FakeBotApi, params: Params) -> Json:
    """Change a text in place; buttons not given again disappear."""
    message = message_to_edit(api, params)
    fields = text_fields(params, too_long="MESSAGE_TOO_LONG")
    if "text" not in message.json:
        raise bad_request("there is no text in the message to edit")
    return edit(api, message, params, fields, ("text", "entities"))


@method
async def edit_message_caption(api: FakeBotApi, params: Params) -> Json:
    """Change a caption in place."""
    message = message_to_edit(api, params)
    if not message.json.keys() & {"photo", "document", "video", "voice"}:
        raise bad_request("there is no caption in the message to edit")
    return edit(api, message, params, caption_fields(params), ("caption", "caption_entities"))


@method
async def edit_message_reply_markup(api: FakeBotApi, params: Params) -> Json:
    """Change the buttons alone."""
    return edit(api, message_to_edit(api, params), params, {}, ())


@method
async def edit_message_media(api: FakeBotApi, params: Params) -> Json:
    """Put another photo or file in place."""
    message = message_to_edit(api, params)
    media = params.structure("media")
    if not isinstance(media, dict):
        raise bad_request("can't parse input media JSON object")
    old = ("photo", "document", "text", "entities", "caption", "caption_entities")
    return edit(api, message, params, media_fields(api, params, media), old)


@method
async def delete_message(api: FakeBotApi, params: Params) -> bool:
    """Delete a message of the last 48 hours."""
    chat = find_chat(api, params)
    message = chat.sent.get(params.integer("message_id"))
    if message is None or message.deleted:
        raise bad_request("message to delete not found")
    if api.today() - message.json["date"] > TWO_DAYS:
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    chat.happened("deleted", message)
    return True


@method
async def answer_callback_query(api: FakeBotApi, params: Params) -> bool:
    """End the waiting circle on a tapped button."""
    press = api.presses.get(params.text("callback_query_id") or "")
    if press is None or press.expired:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if units(params.text("text") or "") > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    press.answer = dict(params.values)
    return True


@method
async def get_file(api: FakeBotApi, params: Params) -> Json:
    """Say where a file can be downloaded, up to 20 MB."""
    file = api.files.by_id.get(params.text("file_id") or "")
    if file is None:
        raise bad_request("invalid file_id")
    if file.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {**reference(file), "file_path": file.path}


@method
async def set_my_commands(api: FakeBotApi, params: Params) -> bool:
    """Set the command menu of a scope and a language."""
    commands = params.structure("commands") or []
    for command in commands:
        name = command.get("command", "").removeprefix("/")
        if not (0 < len(name) <= 32 and name.isascii() and name.replace("_", "a").isalnum() and name == name.lower()):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 0 < len(command.get("description", "")) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    api.commands[command_key(params)] = commands
    return True


@method
async def get_my_commands(api: FakeBotApi, params: Params) -> list[Json]:
    """Return the command menu of exactly this scope and language."""
    return api.commands.get(command_key(params), [])


@method
async def delete_my_commands(api: FakeBotApi, params: Params) -> bool:
    """Remove a command menu."""
    api.commands.pop(command_key(params), None)
    return True


@method
async def get_chat(api: FakeBotApi, params: Params) -> Json:
    """Describe a chat."""
    return {**find_chat(api, params).json, "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": GIFTS}


@method
async def get_chat_member(api: FakeBotApi, params: Params) -> Json:
    """Say what somebody is in a chat."""
    chat, person = find_chat(api, params), params.integer("user_id")
    if person == api.me["id"]:
        status = "member" if not isinstance(chat, Group) or chat.has_bot else "kicked"
        return {"status": status, "user": api.me}
    user = api.users.get(person)
    if user is None:
        raise bad_request("user not found")
    inside = person in chat.members if isinstance(chat, Group) else chat is user.chat
    return {"status": "member" if inside else "left", "user": user.json}


@method
async def send_chat_action(api: FakeBotApi, params: Params) -> bool:
    """Show "typing…"."""
    open_chat(api, params)
    return True


GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


def allow(api: FakeBotApi, params: Params) -> None:
    """Remember which kinds of update are wanted; an empty list means the default ones."""
    wanted = params.structure("allowed_updates")
    if wanted is not None or params.values.get("allowed_updates") == []:
        api.updates.allowed = list(wanted or []) or None


def command_key(params: Params) -> tuple[str, int, str]:
    """Return scope, chat and language of a command menu."""
    scope = params.structure("scope") or {"type": "default"}
    return scope["type"], int(scope.get("chat_id", 0)), params.text("language_code") or ""
