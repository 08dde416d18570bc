"""What the methods share: the chat meant, the contents of a message, sending and editing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.bot_api.chats import Chat, Json, Message
from tests.fakes.bot_api.errors import bad_request, forbidden
from tests.fakes.bot_api.files import check_photo, document
from tests.fakes.bot_api.keyboards import read_markup
from tests.fakes.bot_api.markup import formatted
from tests.fakes.bot_api.params import Params
from tests.fakes.bot_api.people import Group
from tests.fakes.bot_api.styles import units

if TYPE_CHECKING:
    from tests.fakes.bot_api.server import FakeBotApi

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024


def find_chat(api: FakeBotApi, params: Params) -> Chat:
    """Return the chat meant, or raise the 400 for a missing or unknown one."""
    if not params.text("chat_id"):
        raise bad_request("chat_id is empty")
    chat = api.chats.get(params.integer("chat_id"))
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
    return chat


def open_chat(api: FakeBotApi, params: Params) -> Chat:
    """Return a chat that the bot may write to."""
    chat = find_chat(api, params)
    if isinstance(chat, Group):
        if not chat.has_bot:
            raise forbidden(f"bot was kicked from the {chat.json['type']} chat")
        return chat
    user = api.users[chat.id]
    if user.deactivated:
        raise forbidden("user is deactivated")
    if user.blocked:
        raise forbidden("bot was blocked by the user")
    if not user.started:
        raise forbidden("bot can't initiate conversation with a user")
    return chat


def text_fields(params: Params, too_long: str = "message is too long") -> Json:
    """Return text and entities within 4096 units."""
    raw = params.text("text")
    if not raw or not raw.strip():
        raise bad_request("message text is empty")
    text, entities = formatted(raw, params.text("parse_mode"), params.structure("entities"))
    if not text:
        raise bad_request("text must be non-empty")
    if units(text) > TEXT_LIMIT:
        raise bad_request(too_long)
    return {"text": text, "entities": entities}


def caption_fields(params: Params) -> Json:
    """Return caption and entities within 1024 units."""
    raw, mode = params.text("caption") or "", params.text("parse_mode")
    text, entities = formatted(raw, mode, params.structure("caption_entities"))
    if units(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return {"caption": text, "caption_entities": entities}


def photo_fields(api: FakeBotApi, params: Params, name: str) -> Json:
    """Return the photo of an upload or of a file_id."""
    if (upload := params.upload(name)) is not None:
        check_photo(upload.data)
        return {"photo": api.files.photo(upload.data)}
    if not params.text(name):
        raise bad_request("there is no photo in the request")
    file = api.files.find(params.text(name) or "")
    known = api.photos.get(file.id)
    if known is None and file.mime != "image/jpeg":
        raise bad_request("can't use file of type Document as Photo")
    return {"photo": known or api.files.photo(file.data, file.size)}


def document_fields(api: FakeBotApi, params: Params, name: str) -> Json:
    """Return the document of an upload or of a file_id."""
    if (upload := params.upload(name)) is not None:
        if not upload.data:
            raise bad_request("file must be non-empty")
        return {"document": document(api.files.keep(upload.data, "documents", upload.name, upload.mime))}
    if not params.text(name):
        raise bad_request("there is no document in the request")
    return {"document": document(api.files.find(params.text(name) or ""))}


def media_fields(api: FakeBotApi, params: Params, item: Json) -> Json:
    """Return one InputMedia, its file attached or by file_id."""
    part = Params({**item, "file": item.get("media", "")}, params.uploads)
    fields = photo_fields if item.get("type") == "photo" else document_fields
    return {**fields(api, part, "file"), **caption_fields(part)}


def send(api: FakeBotApi, chat: Chat, params: Params, fields: Json) -> Json:
    """Check buttons and pace, and put the message into the chat."""
    read_markup(params)
    count(api, chat)
    return store(api, chat, fields, params).json


def count(api: FakeBotApi, chat: Chat, messages: int = 1) -> None:
    """Count messages against the limits."""
    if api.limits is not None:
        api.limits.take(chat.id, messages)


def store(api: FakeBotApi, chat: Chat, fields: Json, params: Params) -> Message:
    """Put a message of the bot into a chat."""
    inline, keyboard = read_markup(params)
    if inline is not None:
        fields = {**fields, "reply_markup": inline}
    reply = params.structure("reply_parameters") or {}
    target = int(reply.get("message_id", 0)) or params.integer("reply_to_message_id")
    if target:
        answered = chat.sent.get(target)
        if answered is None or answered.deleted:
            if not (reply.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply")):
                raise bad_request("message to be replied not found")
        else:
            fields = {**fields, "reply_to_message": answered.json}
    message = api.new_message(chat, api.me, fields, keyboard)
    if "photo" in message.json:
        api.photos[message.json["photo"][-1]["file_id"]] = message.json["photo"]
    chat.happened("sent", message)
    return message


def message_to_edit(api: FakeBotApi, params: Params) -> Message:
    """Return the bot's own message meant by chat_id and message_id."""
    chat = open_chat(api, params)
    if not params.integer("message_id"):
        raise bad_request("message identifier is not specified")
    message = chat.sent.get(params.integer("message_id"))
    if message is None or message.deleted:
        raise bad_request("message to edit not found")
    if message.json["from"]["id"] != api.me["id"]:
        raise bad_request("message can't be edited")
    return message


def edit(api: FakeBotApi, message: Message, params: Params, fields: Json, replaced: tuple[str, ...]) -> Json:
    """Change a message in place, or raise the 400 when nothing would change."""
    inline, _ = read_markup(params)
    new = {name: value for name, value in message.json.items() if name not in (*replaced, "reply_markup", "edit_date")}
    new |= {name: value for name, value in fields.items() if value not in ("", [], None)}
    if inline and inline["inline_keyboard"]:
        new["reply_markup"] = inline
    if {**new, "edit_date": 0} == {**message.json, "edit_date": 0}:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message"
        )
    count(api, message.chat)
    message.versions.append(message.json)
    message.json = {**new, "edit_date": api.today()}
    message.chat.happened("edited", message)
    return message.json
