"""Who hears of what was done: cards edited for all, sent anew to whoever must act, short words to the reporters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.case import ASKING, DECIDING, Action
from bot.port import Outgoing
from bot.services import people
from bot.services.casework import callees, cards, followers, requests, unclaimed, urging
from bot.services.casework.demands import Deed
from bot.services.casework.faces import parts
from bot.services.desk import Desk
from bot.services.history import last_text
from storage.models import Card, Case, Person

_CALLS = {
    Action.REPORT, Action.OPEN, Action.CONFIRM, Action.DISPATCH, Action.REASSIGN, Action.RETURN, Action.REPLY,
    Action.FAIL, Action.DISPUTE, Action.RESUME, *DECIDING,
}  # fmt: skip
_PRESSES = {Action.URGE, Action.SUPERVISE}
_TOLD = {
    Action.DISPATCH: "told.dispatched",
    Action.SIGN: "told.signed",
    Action.REJECT: "told.rejected",
    Action.DENY: "told.rejected",
    Action.VOID: "told.void",
    Action.WITHDRAW: "told.withdrawn",
    Action.FAIL: "told.failed",
    Action.DISPUTE: "told.reopened",
    Action.GRANT_EXTENSION: "told.extended",
    Action.GRANT_SUSPENSION: "told.suspended",
    Action.RESUME: "told.resumed",
}
_ENDS = {Action.CLOSE, Action.FORCE_CLOSE}


def announce(desk: Desk, case: Case, done: Sequence[Deed]) -> None:
    """Say all that the deeds of one act (at least one) give to say. The reporter's identity goes to nobody."""
    actions = [deed.action for deed in done]
    shown: list[Card | None] = []
    if done[0].by and done[0].action in {Action.REPORT, Action.FOLLOW}:
        shown.append(cards.show(desk, case, "reporter", done[0].by))
    if Action.UNABLE in actions:
        shown += _ask_headquarters(desk, case)
    if ASKING.intersection(actions):
        shown += cards.call_deciders(desk, case)
    if _PRESSES.intersection(actions):
        shown += urging.call(desk, case)
    if done[0].by and done[0].action is Action.SIGN:
        # Whoever took it works on it in private, even if it was claimed in a group; a card there already is edited.
        shown.append(cards.show(desk, case, "owner", done[0].by, anew=False))
        unclaimed.taken(desk, case)
    if _CALLS.intersection(actions) and not _is_at_it(desk, case, done[0]):
        shown += cards.call(desk, case)
    for deed in done:
        shown += _tell(desk, case, deed, actions)
    cards.refresh(desk, case, shown)


def audience(desk: Desk, case: Case) -> Iterator[Person]:
    """Yield the reporter and everybody who joined, as who they are now."""
    persons = (people.merged(desk.session, follower.person_id) for follower in followers.of(desk, case))
    yield from {person.id: person for person in persons}.values()


def _is_at_it(desk: Desk, case: Case, deed: Deed) -> bool:
    """Tell whether whoever took a case up again is the one to go on with it: the card they tapped will do."""
    return deed.action is Action.RESUME and any(deed.by and deed.by.id == each for _, each in callees.of(desk, case))


def _ask_headquarters(desk: Desk, case: Case) -> list[Card | None]:
    dispatchers = [people.merged(desk.session, person_id) for person_id in callees.dispatchers(desk)]
    return [cards.show(desk, case, "verifier", person) for person in dispatchers]


def _tell(desk: Desk, case: Case, deed: Deed, actions: Sequence[Action]) -> list[Card | None]:
    """Show the result to the reporter and all who joined, or write them a line; nobody that they took it themselves."""
    if deed.action in _ENDS:
        return [cards.show(desk, case, "feedback", person) for person in audience(desk, case)]
    key = _TOLD.get(deed.action)
    if deed.action is Action.DISPATCH and (Action.REPORT in actions or case.transfers):
        key = None  # the track that was just shown says it; and who passes it to whom is no news for a citizen
    if key:
        for person in audience(desk, case):
            if deed.action is not Action.SIGN or deed.by is None or person.id != deed.by.id:
                _write(desk, case, person, key)
    return []


def _write(desk: Desk, case: Case, person: Person, key: str) -> None:
    chat = people.private_chat(desk.session, person.id)
    if chat is None:
        return
    language = desk.language_of(person)
    text = desk.words.say(
        language, key, number=case.number, category=parts.category(desk, case, language),
        who=parts.who(desk, case, language), due=parts.due(desk, case, language),
        reason=_reason(desk, case, key, language),
    )  # fmt: skip
    desk.post.send(chat, Outgoing(text=text))


def _reason(desk: Desk, case: Case, key: str, language: str) -> str:
    if key in {"told.extended", "told.suspended"}:
        return requests.public_reason(desk, case, language)
    return last_text(desk.session, case.id, "reason", "dispute") or "—"
