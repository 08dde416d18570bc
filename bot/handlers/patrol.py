"""巡查: a leader's rounds, one after the other; there by a pin or by the code on the sticker, fine in one tap."""

from __future__ import annotations

from collections.abc import Callable

from bot.city.model import Point
from bot.domain.letters import clean
from bot.domain.patrol import Result
from bot.domain.roles import Role
from bot.handlers import casework, router
from bot.port import File, Location, Photo, Span, Text
from bot.services import attachments
from bot.services.casework import rounds
from bot.services.desk import Turn
from bot.services.drafting import places
from bot.services.patrolling import patrolcard, patrols, stickers
from bot.services.patrolling.patrols import Walk
from bot.services.words import Fact
from storage.models import new_id
from storage.queries.conversations import layers

Spans = tuple[Span, ...]
_WORDS = 300


@router.command("patrol", aliases=("巡查", "巡查打卡"), roles=frozenset({Role.LEADER, Role.UNIT_HEAD}), order=12)
def begin(turn: Turn, _argument: str) -> None:
    """Show what is due, and ask them to show where they are."""
    if not rounds.due(turn, turn.person.id):
        turn.say("patrol.nothing_due")
        return
    casework.ask(turn, patrols.KIND, None)
    assert turn.draft is not None  # noqa: S101 -- it was just opened
    patrolcard.show(turn, patrols.begin(turn.draft["under"]), anew=True)


@router.press("patrol")
def begin_by_tap(turn: Turn) -> None:
    """Set out from a reminder."""
    if turn.is_private:
        begin(turn, "")


@router.draft(patrols.KIND)
def take(turn: Turn) -> None:
    """Take a place, a code, words or photos, in any order."""
    walk = patrols.layer(turn.draft)
    assert walk is not None  # noqa: S101 -- the router looked at the kind
    match turn.incoming.payload:
        case Location() as location:
            _take_location(turn, walk, location)
        case Text(text=text):
            _take_text(turn, walk, clean(text))
        case Photo() | File() as photo:
            _take_photo(turn, walk, photo)
        case _:
            turn.say("patrol.cannot")


def resume(turn: Turn) -> None:
    """Go on with a round that lay below a question which is answered now."""
    walk = patrols.layer(turn.draft)
    if walk is not None:
        patrols.renew(walk)
        patrolcard.show(turn, walk, anew=True)


def tap(action: str) -> Callable[[Callable[[Turn, Walk], None]], None]:
    """Answer taps on the card of an open round by somebody who is still at the point."""

    def register(handler: Callable[[Turn, Walk], None]) -> None:
        router.press(action)(lambda turn: _tapped(turn, handler))

    return register


@tap("patrol_fine")
def end(turn: Turn, walk: Walk) -> None:
    """一切正常, or done with the checklist; the next one is shown."""
    name = turn.city.point(walk.point).label(turn.language)
    if walk.found:
        said = _say(turn, "patrol.over", name=name, n=len(walk.found))
    else:
        patrols.note(turn, walk, Result.FINE)
        said = _say(turn, "patrol.was_fine", name=name)
    patrols.leave(walk)
    if rounds.due(turn, turn.person.id):
        patrolcard.show(turn, walk, said)
        return
    turn.draft = walk.under
    patrolcard.finish(turn, walk, (*said, Span(text="\n"), *_say(turn, "patrol.all_done")))


@tap("patrol_defect")
def choose(turn: Turn, walk: Walk) -> None:
    """Something of the checklist is not met."""
    standards = {each.code: each for each in turn.city.standards_of(turn.city.point(walk.point).class_code)}
    standard = standards.get(turn.token.extra if turn.token else "")
    if standard is None or standard.code in walk.found:
        turn.say("press.old")
        return
    patrols.put_off(walk)
    walk.defect = standard.code
    walk.category = standard.category if standard.category in turn.city.categories else ""
    patrolcard.show(turn, walk)


@tap("patrol_kind")
def choose_kind(turn: Turn, walk: Walk) -> None:
    """It is a case of this kind."""
    code = turn.token.extra if turn.token else ""
    if walk.asks == "category" and code in turn.city.categories:
        walk.category = code
    patrolcard.show(turn, walk)


@tap("patrol_back")
def back(turn: Turn, walk: Walk) -> None:
    """Go back to the checklist."""
    patrols.put_off(walk)
    patrolcard.show(turn, walk)


@tap("patrol_send")
def send(turn: Turn, walk: Walk) -> None:
    """Set it going."""
    if walk.asks == "what_now":
        patrols.file(turn, walk, fixed=False)
    patrolcard.show(turn, walk)


@tap("patrol_fixed")
def fix(turn: Turn, walk: Walk) -> None:
    """举手之劳: it is theirs, done with a photo of the result, and verified by somebody else."""
    if walk.asks != "what_now" or not patrols.may_fix(turn, walk):
        patrolcard.show(turn, walk)
        return
    case, is_theirs = patrols.file(turn, walk, fixed=True)
    patrolcard.show(turn, walk)
    if is_theirs:
        words = turn.words.plain(turn.language, "patrol.fixed_words")
        casework.ask(turn, "reply", case, draft_id=new_id(), words=words, photos=0)
        turn.draft = (turn.draft or {}) | {"under": walk.model_dump(mode="json")}
        casework.put(turn, "patrol.fixed_photo", casework.drop(turn), number=case.number)


def _take_location(turn: Turn, walk: Walk, location: Location) -> None:
    """Be at the nearest point that is due, if it is near enough; a live location goes on being sent in silence."""
    if location.live and walk.point:
        return
    if location.forwarded:
        patrolcard.show(turn, walk, _say(turn, "patrol.forwarded"))
        return
    if not places.is_possible(location.lat, location.lon):
        turn.say("report.bad_coordinates")
        return
    due = rounds.due(turn, turn.person.id)
    near = patrols.by_distance(due, location)
    if near and near[0].metres <= patrols.radius_of(turn, near[0].round.point):
        _arrive(turn, walk, near[0].round.point, how="live" if location.live else "pin", metres=near[0].metres)
    elif near:
        patrols.leave(walk)
        point = near[0].round.point
        far, reach = patrolcard.how_far(turn, near[0].metres), patrols.radius_of(turn, point)
        said = _say(turn, "patrol.far", name=point.label(turn.language), far=far, reach=reach)
        patrolcard.show(turn, walk, said, near=near, anew=not location.live)
    else:
        turn.say("patrol.nothing_due")


def _arrive(turn: Turn, walk: Walk, point: Point, *, how: str, metres: float | None) -> None:
    """Each point has a card of its own, so that no late tap says anything of the next."""
    casework.done_alone(turn, walk.id)
    patrols.arrive(turn, walk, point, how=how, metres=metres)
    patrolcard.show(turn, walk)


def _take_text(turn: Turn, walk: Walk, text: str) -> None:
    """Be there by the code of a sticker, or say in one's own words what is wrong."""
    is_code = stickers.looks_like_code(text)
    found = [point.code for point in stickers.points_of(turn, text)] if is_code else []
    if found:
        _take_code(turn, walk, found)
    elif not walk.point or (is_code and any(sign.isdigit() for sign in text)):
        patrolcard.show(turn, walk, _say(turn, "patrol.code_unknown") if is_code else ())
    elif patrols.is_there(turn, walk):
        patrols.put_off(walk)
        walk.words = text[:_WORDS]
        patrolcard.show(turn, walk)
    else:
        _come_again(turn, walk)


def _take_code(turn: Turn, walk: Walk, codes: list[str]) -> None:
    due = rounds.due(turn, turn.person.id)
    theirs = next((each.point for each in due if each.point.code in codes), None)
    if theirs is not None:
        _arrive(turn, walk, theirs, how="code", metres=None)
        return
    is_over = any(rounds.leads(turn, turn.person.id, code) for code in codes)
    name = turn.city.point(codes[0]).label(turn.language)
    patrolcard.show(turn, walk, _say(turn, "patrol.already" if is_over else "patrol.others_code", name=name))


def _take_photo(turn: Turn, walk: Walk, photo: Photo | File) -> None:
    """Photos belong to the defect that is named next."""
    if attachments.follows_its_album(turn, photo, walk.draft_id):
        return
    if not walk.point:
        patrolcard.show(turn, walk, _say(turn, "patrol.come_first"))
        return
    taken = attachments.receive(turn, photo.media, "before", draft_id=walk.draft_id, album=photo.album)
    if taken.reason:
        turn.say(f"report.photo.{taken.reason}")
        return
    walk.photos.append(taken.id)
    patrolcard.show(turn, walk)


def _tapped(turn: Turn, handler: Callable[[Turn, Walk], None]) -> None:
    token = turn.token
    while casework.is_asking(turn) and patrols.layer(turn.draft) is None and _lies_below(turn):
        casework.done(turn)  # a question about a case is left for the round below it
    walk = patrols.layer(turn.draft)
    if walk is None or token is None or walk.id != token.subject:
        turn.say("press.old")
    elif not walk.point:  # tapped twice
        patrolcard.show(turn, walk)
    elif not patrols.is_there(turn, walk):
        _come_again(turn, walk)
    else:
        handler(turn, walk)


def _lies_below(turn: Turn) -> bool:
    return any(each.get("kind") == patrols.KIND for each in layers(turn.draft))


def _come_again(turn: Turn, walk: Walk) -> None:
    patrols.leave(walk)
    patrolcard.show(turn, walk, _say(turn, "patrol.too_long"))


def _say(turn: Turn, key: str, **facts: Fact) -> Spans:
    return turn.words.say(turn.language, key, **facts)
