"""What people do while the program is killed under them, and what must have come of it in the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count, tee
from random import Random

from PIL import Image

from bot.city.model import Point
from tests.crash.town import UNIT
from tests.fakes.bot_api import Group, Message, User
from tests.fakes.bot_api.bell import Bell

PATIENCE = 180.0
"""For so many seconds somebody waits for an answer before it counts as lost."""

_SHARE_HERE = 0.25


@dataclass
class Report:
    """A report that must have become exactly one case: by whom, with which words, photos and acts, in this order."""

    user: int
    point: str
    place: str
    tag: str
    words: str
    photos: int = 1
    supplement: str = ""
    acts: list[str] = field(default_factory=lambda: ["report", "open", "dispatch"])
    followers: list[int] = field(default_factory=list)


@dataclass
class Town:
    """Everybody's stage: where to report from, who heads the unit, its group; and what must come of it all."""

    points: Iterable[Point]
    head: User
    group: Group
    random: Random
    reports: list[Report] = field(default_factory=list)
    marks: dict[int, list[str]] = field(default_factory=dict)
    growing: dict[int, list[tuple[str, ...]]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        here, elsewhere = tee(self.points)
        self._here = (point for point in here if point.territorial_unit == UNIT)
        self._elsewhere = (point for point in elsewhere if point.territorial_unit != UNIT)

    def person(self, name: str = "市民") -> User:
        """Return a new person, whose waiting wakes nobody else."""
        user = self.head.api.user(name)
        user.chat.bell = Bell()
        return user

    def report(self, user: User, *, here: bool | None = None) -> Report:
        """Begin a report at a point of its own, `here` where the unit with the head is, or by chance."""
        is_here = self.random.random() < _SHARE_HERE if here is None else here
        point = next(self._here if is_here else self._elsewhere)
        tag = f"第{next(self.numbers):05}处"
        self.reports.append(Report(user.id, point.code, point.name, tag, f"路面破损 {tag}"))
        return self.reports[-1]

    def expect(self, user: User, *texts: str) -> None:
        """Say what this person must get to read, each for the first time after the ones before."""
        self.marks.setdefault(user.id, []).extend(texts)

    def photo(self) -> bytes:
        """Return a small photo unlike all others."""
        out = BytesIO()
        Image.frombytes("RGB", (8, 8), self.random.randbytes(192)).resize((48, 48)).save(out, "JPEG")
        return out.getvalue()


Story = Callable[[Town, User], Awaitable[object]]


async def photo_with_caption(stage: Town, user: User, *, here: bool | None = None) -> Report:
    """One photo whose caption names place and problem, and one tap on 提交."""
    report = stage.report(user, here=here)
    user.sends_photo(stage.photo(), f"{report.place} {report.words}")
    await ready(user, report.tag)
    user.presses("提交")
    await submitted(stage, user, report)
    return report


async def five_quick_messages(stage: Town, user: User) -> None:
    """Five messages in a row without waiting, then 提交."""
    report = stage.report(user)
    more = [f"又深又大 {report.tag}乙", f"夜里看不清 {report.tag}丙"]
    user.sends(report.words)
    user.sends(report.place)
    user.sends_photo(stage.photo())
    for words in more:
        user.sends(words)
    stage.growing.setdefault(user.id, []).append((report.words, *more))
    report.words = "\n".join((report.words, *more))
    await user.sees(lambda message: message.button("提交") and more[-1] in message.text, timeout=PATIENCE)
    user.presses("提交")
    await submitted(stage, user, report)


async def double_tap(stage: Town, user: User) -> None:
    """提交 tapped twice at once is one case, and the second tap is told so."""
    report = stage.report(user)
    user.sends_photo(stage.photo(), f"{report.place} {report.words}")
    card = await ready(user, report.tag)
    user.presses("提交", on=card)
    user.presses("提交", on=card)
    number = await submitted(stage, user, report)
    await told(stage, user, f"已经提交过了，编号 {number}")


async def questions(stage: Town, user: User) -> None:
    """Five questions in a row, each with an answer of its own."""
    wanted = [f"X{next(stage.numbers):06}" for _ in range(5)]
    for number in wanted:
        user.sends(f"/case {number}")
    for number in wanted:
        await told(stage, user, f"没有查到 {number}")


async def supplement(stage: Town, user: User) -> None:
    """A report, and later words and a photo added to it."""
    report = await photo_with_caption(stage, user)
    number = number_of(user, report)
    track = await user.sees(lambda message: message.button("补充") and number in message.text, timeout=PATIENCE)
    user.presses("补充", on=track)
    await told(stage, user, f"给 {number} 补充什么")
    report.supplement, report.photos = f"越来越大 {report.tag}丁", 2
    user.sends(report.supplement)
    user.sends_photo(stage.photo())
    card = await user.sees(
        lambda message: f"补充到 {number}" in message.text and "照片：1" in message.text, timeout=PATIENCE
    )
    user.presses("提交", on=card)
    report.acts.append("supplement")
    await told(stage, user, f"已补充到 {number}")


async def withdrawal(stage: Town, user: User) -> None:
    """A report taken back."""
    report = await photo_with_caption(stage, user)
    number = number_of(user, report)
    track = await user.sees(lambda message: message.button("撤回") and number in message.text, timeout=PATIENCE)
    user.presses("撤回", on=track)
    await told(stage, user, f"确定撤回 {number}")
    user.presses("确定撤回")
    report.acts.append("withdraw")
    await user.sees(lambda message: number in message.text and "已撤回" in message.text, timeout=PATIENCE)


async def signing(stage: Town, user: User) -> None:
    """A report that the unit's head takes in the group, which the reporter hears of."""
    report = await photo_with_caption(stage, user, here=True)
    number = number_of(user, report)
    card = await stage.group.sees(lambda message: message.button("签收") and number in message.text, timeout=PATIENCE)
    stage.head.presses("签收", on=card)
    report.acts.append("sign")
    await user.sees(lambda message: number in message.text and "已签收，最迟" in message.text, timeout=PATIENCE)


async def joining(stage: Town, user: User) -> None:
    """A report, and a neighbour's of the same trouble who says 就是这个."""
    report = await photo_with_caption(stage, user)
    neighbour = stage.person("邻居")
    neighbour.sends(f"{report.place} 路面破损 {report.tag}邻")
    card = await ready(neighbour, report.tag)
    neighbour.presses("提交", on=card)
    offer = await neighbour.sees(lambda message: message.button("就是这个"), timeout=PATIENCE)
    neighbour.presses("就是这个", on=offer)
    report.acts += ["follow", "supplement"]
    report.followers, report.supplement = [neighbour.id], f"路面破损 {report.tag}邻"
    await told(stage, neighbour, f"已加入 {number_of(user, report)}")


STORIES: tuple[tuple[Story, int, int], ...] = (
    (photo_with_caption, 2, 3),
    (five_quick_messages, 6, 3),
    (double_tap, 3, 2),
    (questions, 5, 2),
    (supplement, 6, 2),
    (withdrawal, 4, 1),
    (signing, 3, 2),
    (joining, 5, 1),
)
"""Each story, of how many updates it is, and how often it is told in a round of all."""


# --- what they share -------------------------------------------------------------------------------------------------


async def ready(user: User, tag: str) -> Message:
    """Wait for the card that shows this report and can be submitted."""
    return await user.sees(lambda message: message.button("提交") and tag in message.text, timeout=PATIENCE)


async def submitted(stage: Town, user: User, report: Report) -> str:
    """Wait until the card says that it was submitted, and return the number."""
    stage.expect(user, report.tag)
    await user.sees(lambda message: "已提交" in message.text and report.tag in message.text, timeout=PATIENCE)
    number = number_of(user, report)
    stage.expect(user, f"已提交，编号 {number}")
    return number


async def told(stage: Town, user: User, text: str) -> None:
    """Wait for a message that says so."""
    await user.sees(text, timeout=PATIENCE)
    stage.expect(user, text)


def number_of(user: User, report: Report) -> str:
    """Return the number that the card of a submitted report tells."""
    card = next(each for each in user.messages if "已提交" in each.text and report.tag in each.text)
    return card.text.partition("编号 ")[2].partition("。")[0]
