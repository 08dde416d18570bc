"""/certificate: what somebody has served, certified; and for organisers whether a certificate is genuine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.domain import service
from bot.domain.roles import Role
from bot.handlers import casework, release, router
from bot.port import Chat, Outgoing, Text
from bot.services import people, tokens
from bot.services.desk import Desk, Turn
from bot.services.volunteering import certificates, posts, volunteers
from storage.models import Certificate

CHORE = "certificate"
_KIND = "certificate"
_PATIENCE = timedelta(minutes=10)


@router.command("certificate", aliases=("证明", "服务证明"), roles=posts.ORGANISERS | {Role.VOLUNTEER}, order=18)
def show(turn: Turn, argument: str) -> None:
    """Make one's own; with a check code, say whether that one is genuine."""
    if argument:
        _check(turn, argument)
    elif Role.VOLUNTEER in people.roles_of(turn.session, turn.person, turn.now):
        make(turn)
    else:
        turn.say("certificate.how_to_check")


@router.press("certificate")
def make(turn: Turn) -> None:
    """Make it, once it is known which name is to stand on it."""
    found = volunteers.of(turn, turn.person.id)
    if found is None or not turn.is_private:
        turn.say("press.old")
    elif found.full_name:
        _issue(turn)
    else:
        certificates.ensure(turn, turn.person)
        _ask_name(turn)


@router.press("certificate_name")
def change_name(turn: Turn) -> None:
    """Ask for the name anew, or take the one that is shown."""
    if volunteers.of(turn, turn.person.id) is None or not turn.is_private or turn.token is None:
        turn.say("press.old")
    elif turn.token.extra == "shown":
        _take_name(turn, turn.person.name)
    else:
        _ask_name(turn)


@router.draft(_KIND)
def answered(turn: Turn) -> None:
    """Take the name that was typed."""
    payload = turn.incoming.payload
    _take_name(turn, payload.text if isinstance(payload, Text) else "")


@router.settled(CHORE)
def deliver(desk: Desk, facts: dict[str, Any]) -> None:
    """Send picture and document, or say that they could not be made."""
    chat, language = Chat.model_validate(facts["chat"]), facts["language"]
    made = desk.session.get(Certificate, facts["number"])
    if made is None or not facts["document"]:
        desk.post.send(chat, Outgoing(text=desk.words.say(language, "certificate.failed")))
        return
    star = service.stars(made.minutes)
    text = desk.words.say(
        language, "certificate.made", number=made.number, name=made.name, code=made.code,
        hours=desk.words.length(language, made.minutes), stars=f" {'★' * star}" if star else "",
    )  # fmt: skip
    rename = desk.button(language, "button.certificate_name", tokens.write("certificate_name"))
    photos = tuple(filter(None, [facts["photo"]]))
    desk.post.send(chat, Outgoing(text=text, photos=photos, whole=True, choices=((rename,),)))
    desk.post.send(chat, Outgoing(document=facts["document"], document_name=f"{made.number}.docx"))


def _ask_name(turn: Turn) -> None:
    casework.ask(turn, _KIND, None)
    shown = certificates.name_of(turn.person.name)
    own = turn.press("button.certificate_name_as_shown", "certificate_name", 0, "shown", name=shown)
    casework.put(turn, "certificate.ask_name", *([(own,)] if shown else []), casework.drop(turn))


def _take_name(turn: Turn, text: str) -> None:
    found, name = volunteers.of(turn, turn.person.id), certificates.name_of(text)
    if found is None or not name:
        casework.put(turn, "certificate.no_name", casework.drop(turn))
        return
    found.full_name = name
    casework.done(turn, "certificate.name_kept", name=name)
    _issue(turn)


def _issue(turn: Turn) -> None:
    """Certify, and have it drawn; whoever takes a certificate along is asked about their record, too."""
    made = certificates.issue(turn, turn.person)
    incoming = turn.incoming
    args = {
        "number": made.number, "language": turn.language, "chat": turn.chat.model_dump(mode="json"),
        "key": f"{incoming.channel}:{incoming.account}:{incoming.key}",
    }  # fmt: skip
    turn.post.chore(CHORE, turn.chat.key, args, expires=turn.now + _PATIENCE)
    turn.say("certificate.coming", number=made.number)
    release.ask_once(turn)


def _check(turn: Turn, argument: str) -> None:
    """Say what the certificate with this code says: to organisers alone."""
    if not posts.ORGANISERS & people.roles_of(turn.session, turn.person, turn.now):
        turn.say("certificate.not_yours")
        return
    code = certificates.read(argument)
    made = certificates.find(turn, code) if code else None
    if made is None:
        turn.say("certificate.unknown", code=code or argument[:20])
        return
    turn.say(
        "certificate.true", number=made.number, name=made.name, first=made.first, last=made.last,
        day=turn.words.day(turn.language, made.made_at), hours=turn.words.length(turn.language, made.minutes),
        training=turn.words.length(turn.language, made.training),
    )  # fmt: skip
