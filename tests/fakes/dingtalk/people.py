"""People who write to the robot and press its buttons."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.dingtalk.chats import Card, Chat, Json
from tests.fakes.dingtalk.settings import CORP

if TYPE_CHECKING:
    from tests.fakes.dingtalk.server import FakeDingTalk
    from tests.fakes.dingtalk.stream import Push


@dataclass
class Group(Chat):
    """A group that the robot is in; custom robots of it are known by their tokens."""

    title: str = ""


@dataclass
class Person:
    """Somebody; who is no staff has no staff id."""

    dingtalk: FakeDingTalk
    name: str
    staff: str
    chat: Chat
    saids: list[Json] = field(default_factory=list)

    def says(self, words: str, group: Group | None = None) -> Push:
        """Write; in a group, to the robot."""
        return self.sends("text", group, text={"content": f" {words}" if group else words})

    def sends_picture(self, data: bytes, group: Group | None = None) -> Push:
        """Send a picture."""
        return self.sends("picture", group, content=self.dingtalk.picture(data))

    def sends_rich(self, *pieces: str | bytes, group: Group | None = None) -> Push:
        """Send words and pictures in one."""
        rich = [
            {"text": each} if isinstance(each, str) else {"type": "picture", **self.dingtalk.picture(each)}
            for each in pieces
        ]
        return self.sends("richText", group, content={"richText": rich})

    def sends_file(self, data: bytes, name: str) -> Push:
        """Send a file."""
        return self.sends("file", content={"fileName": name, "downloadCode": self.dingtalk.keep(data), "spaceId": "1"})

    def sends(self, kind: str, group: Group | None = None, **what: Any) -> Push:
        """Send anything."""
        chat: Chat = group or self.chat
        said = {
            "conversationId": group.id if group else f"cid-with-{self.name}", "conversationType": "2" if group else "1",
            "chatbotCorpId": CORP, "senderCorpId": CORP, "senderId": f"$:LWCP_v1:${self.name.encode().hex()}",
            "senderNick": self.name, "isAdmin": False, "robotCode": self.dingtalk.client, "isInAtList": bool(group),
            "msgId": self.dingtalk.new_id("msg"), "createAt": round(self.dingtalk.clock() * 1000), "msgtype": kind,
            **self.dingtalk.session_for(chat), **({"conversationTitle": group.title} if group else {}),
            **({"senderStaffId": self.staff} if self.staff else {}), **what,
        }  # fmt: skip
        self.saids.append(said)
        return self.dingtalk.push_message(said)

    def leaves(self) -> Push:
        """Leave the organisation: nobody can write to them any more, and whoever subscribed to that is told."""
        self.dingtalk.unreachable[self.staff] = "invalid"
        return self.dingtalk.push_event("user_leave_org", userId=[self.staff])

    def presses(self, label: str, group: Group | None = None) -> Push:
        """Press the button with this label on the newest message that has it."""
        chat: Chat = group or self.chat
        shown = chat.with_button(label)
        if not isinstance(shown, Card):  # the client says it in the presser's name
            return self.says(shown.buttons[label], group)
        private = {"actionIds": ["choice"], "params": json.loads(shown.buttons[label])}
        tap = {
            "type": "actionCallback", "outTrackId": shown.key, "corpId": CORP, "userId": self.staff, "userIdType": 1,
            "spaceId": group.id if group else f"cid-with-{self.name}", "spaceType": "IM_GROUP" if group else "IM",
            "extension": "{}", "content": json.dumps({"cardPrivateData": private}),
        }  # fmt: skip
        return self.dingtalk.push_tap(tap)
