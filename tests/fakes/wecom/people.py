"""Members of the corporation, who write to the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from tests.fakes.wecom.server import FakeWeCom


@dataclass
class Member:
    """Somebody, by their userid. What they do is posted to the app, and returned as it was posted."""

    wecom: FakeWeCom
    id: str

    def says(self, words: str) -> str:
        """Write a text."""
        return self.sends("text", Content=words)

    def sends_photo(self, data: bytes) -> str:
        """Send a photo."""
        return self.sends("image", PicUrl="http://wecom.example/p", MediaId=self.wecom.keep(data))

    def sends_location(self, lat: float, lon: float, label: str = "") -> str:
        """Send a place, as the map shows it (GCJ-02)."""
        return self.sends("location", Location_X=repr(lat), Location_Y=repr(lon), Scale="15", Label=label)

    def sends(self, kind: str, **fields: str) -> str:
        """Send a message of any kind."""
        return self._post(MsgType=kind, **fields, MsgId=str(self.wecom.new_number()))

    def enters(self) -> str:
        """Open the app."""
        return self.does("enter_agent", EventKey="")

    def does(self, event: str, **fields: str) -> str:
        """Do something that is told as an event."""
        return self._post(MsgType="event", Event=event, **fields)

    def presses(self, label: str) -> str:
        """Tap the button with this label on the newest card that has it. Raises `LookupError`."""
        for shown in reversed(self.wecom.chat(self.id).messages):
            if shown.card and label in shown.card.buttons:
                card = shown.card
                self.wecom.renew(card)
                return self.does(
                    "template_card_event", EventKey=card.buttons[label], TaskId=card.body["task_id"],
                    CardType="button_interaction", ResponseCode=card.code,
                )  # fmt: skip
        raise LookupError(f"nothing says {label!r} to {self.id}")

    def _post(self, **fields: str) -> str:
        head = {"ToUserName": self.wecom.corp, "FromUserName": self.id, "CreateTime": str(int(self.wecom.clock()))}
        inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in (head | fields).items())
        xml = f"<xml>{inner}<AgentID>{self.wecom.agent}</AgentID></xml>"
        self.wecom.push(xml)
        return xml
