"""Custom robots (自定义机器人): each speaks in one group, hears nothing, and is known by a name of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from bot.channels.dingtalk.calls import Calls, Roots
from bot.channels.dingtalk.meter import Uncounted
from bot.channels.dingtalk.reading import NAME
from bot.channels.dingtalk.saying import by_session, parts
from bot.channels.dingtalk.signature import sign
from bot.clock import Clock, SystemClock
from bot.port import Capabilities, Chat, Command, DeliveryError, Incoming, Intake, Media, Outgoing, Pacing, Receipt
from bot.port import Unparsable as Unheard

ACCOUNT, PREFIX = "robots", "robot:"

CAPABILITIES = Capabilities(
    text_limit=4500, text_unit="utf8", buttons=False, max_buttons=0, edits=False, location_in=False, hears=False,
    # 20 a minute, or it is silenced for ten: so far below that a message of several pages does not reach beyond.
    photos_out=False, pacing=Pacing(group_per_minute=15),
)  # fmt: skip


class Robot(NamedTuple):
    """Its access token, and the secret (SEC…) by which it is signed; without one it goes by keyword or address."""

    token: str
    secret: str = ""


class DingTalkRobots:
    """All custom robots; the chat `robot:<name>` is the group of the robot of that name. Nothing comes in.

    `corp` is the organisation whose people they can call by name; empty: whoever DingTalk knows.
    """

    name, account, mode = NAME, ACCOUNT, "none"

    def __init__(
        self, robots: Mapping[str, Robot], *, corp: str = "", roots: Roots | None = None, clock: Clock | None = None
    ) -> None:
        self.capabilities = CAPABILITIES.model_copy(update={"realm": corp})
        self._robots = dict(robots)
        self._roots = roots or Roots()
        self._clock = clock or SystemClock()
        self._calls = Calls("", "", self._roots, self._clock, Uncounted())

    def parse(self, body: str) -> Incoming:
        """Raise `Unparsable`: nothing comes in."""
        raise Unheard(f"{len(body)} characters to robots that hear nothing")

    async def send(self, chat: Chat, message: Outgoing, context: dict[str, Any] | None = None) -> Receipt:
        """Say the words. Raises `DeliveryError`; a message that is nothing but photos or a file is refused."""
        del context
        robot = self._robots.get(chat.id.removeprefix(PREFIX))
        if robot is None:
            raise DeliveryError("blocked", permanent=True, detail="no robot of that name")
        bare = Outgoing(text=message.text, location=message.location)
        words = [part.message for part in parts(bare, cards=False)]
        if not words:
            raise DeliveryError("refused", permanent=True, detail="a custom robot says words only")
        for page in words:
            await self._calls.post(self._address(robot), by_session(page))
        return Receipt(id=f"{chat.id}:{self._clock.now().timestamp():.0f}", messages=len(words))

    async def edit(self, chat: Chat, receipt: Receipt, message: Outgoing) -> Receipt:
        """Raise `DeliveryError`: nothing can be edited."""
        raise DeliveryError("gone", permanent=True, detail=f"{chat.id} {receipt.id} {len(message.text)}")

    async def acknowledge(self, press_id: str) -> None:
        """Do nothing: nothing can be tapped."""

    async def fetch(self, media: Media) -> bytes:
        """Raise `DeliveryError`: nothing comes in."""
        raise DeliveryError("gone", permanent=True, detail=f"{len(media.ref)} characters")

    async def let_go(self, media: Media, blob: str) -> None:
        """Do nothing."""

    async def receive(self, intake: Intake) -> None:
        """Return at once: nothing comes in."""

    async def announce(self, commands: dict[str, Sequence[Command]], chat: Chat | None = None) -> None:
        """Do nothing: they take no commands."""

    async def check(self) -> str:
        """Return the robots' names; a robot cannot be asked anything without its speaking."""
        return ", ".join(self._robots)

    async def close(self) -> None:
        """Close the connections."""
        await self._calls.close()

    def _address(self, robot: Robot) -> str:
        query = {"access_token": robot.token}
        if robot.secret:
            timestamp = str(round(self._clock.now().timestamp() * 1000))
            query |= {"timestamp": timestamp, "sign": sign(timestamp, robot.secret)}
        return f"{self._roots.oapi}/robot/send?{urlencode(query)}"
