"""The card of a volunteer's shift: how to sign in, that they are in, and thanks when they go; and that of the code."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain import service
from bot.port import Chat, Outgoing
from bot.services import tokens
from bot.services.casework.faces.parts import Spans
from bot.services.desk import Desk, Row
from bot.services.post import View
from bot.services.volunteering import attendance, boards, codes, hours, notices, posts
from bot.services.words import joined
from storage.models import Attendance, Person, Post, Shift


def show(
    desk: Desk, shift: Shift, person: Person, chat: Chat, *, anew: bool = False, star: int = 0, is_coming: bool = False
) -> None:
    """Show how somebody stands to a shift; `star` is the one they have just reached.

    Whoever left it and `is_coming` again reads how, as long as it goes on.
    """
    language = desk.language_of(person)
    rows = attendance.of_shift(desk, shift.id, person.id)
    came = [each for each in rows if each.state == attendance.GOOD]
    is_coming_again = is_coming and desk.now < shift.ends and all(each.left_at for each in came)
    if not came or is_coming_again:
        message = _before(desk, shift, person, language, desk.post.capabilities(chat).location_in)
    elif came[-1].left_at is None:
        message = _within(desk, shift, person, language, came[-1])
    else:
        message = _after(desk, shift, person, language, star)
    desk.post.show(View(f"shift:{shift.id}", chat, "duty", person.id), message, anew=anew)


def show_code(desk: Desk, shift: Shift, person: Person, chat: Chat, *, anew: bool = False) -> None:
    """Show the code of this half-minute; a tap on the card renews it in place."""
    language, code = desk.language_of(person), codes.showing(desk, shift)
    digits = f"{code.digits[:3]} {code.digits[3:]}"
    until = f"{code.until.astimezone(desk.words.zone):%H:%M:%S}"
    text = joined(title(desk, shift, language), desk.words.say(language, "duty.code", code=digits, until=until))
    again = desk.button(language, "button.renew_code", tokens.write("renew_code", shift.id), "primary")
    desk.post.show(
        View(f"shift:{shift.id}", chat, "code", person.id), Outgoing(text=text, choices=((again,),)), anew=anew
    )


def title(desk: Desk, shift: Shift, language: str) -> Spans:
    """The post and when."""
    post = desk.session.get_one(Post, shift.post)
    return desk.words.say(
        language, "duty.title", post=posts.label(post, language), slot=notices.when(desk, shift, language)
    )


def length(desk: Desk, minutes: int, language: str) -> str:
    """So many minutes in words: 1 小时 28 分."""
    return desk.words.length(language, minutes)


def star_line(desk: Desk, star: int, language: str) -> Spans:
    """Congratulate on a star that was just reached; nothing without one."""
    return desk.words.say(language, "duty.star", stars="★" * star, hours=service.STARS[star - 1]) if star else ()


def _before(desk: Desk, shift: Shift, person: Person, language: str, is_placed: bool) -> Outgoing:  # noqa: FBT001
    post = desk.session.get_one(Post, shift.post)
    corners = posts.corners(post, language)
    text = joined(
        title(desk, shift, language),
        desk.words.say(language, "duty.corners", corners=corners) if corners else "",
        desk.words.say(language, "duty.send_place" if is_placed else "duty.ask_code"),
    )
    return Outgoing(text=text, choices=tuple(_code_row(desk, shift, person, language)), ask_location=is_placed)


def _within(desk: Desk, shift: Shift, person: Person, language: str, came: Attendance) -> Outgoing:
    at = notices.clock(desk, came.came_at)
    text = joined(title(desk, shift, language), desk.words.say(language, f"duty.in.{shift.kind}", at=at))
    leave = desk.button(language, "button.sign_out", tokens.write("sign_out", shift.id), "primary")
    return Outgoing(text=text, choices=((leave,), *_code_row(desk, shift, person, language)))


def _after(desk: Desk, shift: Shift, person: Person, language: str, star: int) -> Outgoing:
    """Thanks, with what the shift achieved."""
    served = hours.in_shift(desk, shift, person.id)
    is_forgotten = served.rows[-1].left_by == attendance.AT_THE_END
    counts = boards.totals(desk, shift.id)
    lines = [
        title(desk, shift, language),
        desk.words.say(language, "duty.closed") if is_forgotten else "",
        desk.words.say(language, "duty.thanks", length=length(desk, served.minutes, language)),
        _achieved(desk, language, boards.seen(counts), counts["persuaded"]),
        _milestone_line(desk, hours.milestone(desk, shift, person.id), language),
        star_line(desk, star, language),
    ]
    return Outgoing(text=joined(*lines))


def _milestone_line(desk: Desk, times: int, language: str) -> Spans:
    return desk.words.say(language, "duty.milestone", n=times) if times else ()


def _achieved(desk: Desk, language: str, seen: int, persuaded: int) -> Spans:
    return desk.words.say(language, "duty.achieved", seen=seen, persuaded=persuaded) if seen or persuaded else ()


def _code_row(desk: Desk, shift: Shift, person: Person, language: str) -> Iterator[Row]:
    if codes.may_show(desk, shift, person):
        yield (
            desk.button(language, "button.show_code", tokens.write("show_code", shift.id)),
            desk.button(language, "button.crew", tokens.write("gap", shift.id)),
        )
