"""The history of subjects: each change a link of a chain, personal words beside it, the heads sealed now and then."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from bot.domain import history as chain
from storage.knowledge import is_new, known, learn
from storage.models import Case, CaseText, Event, Seal, new_id
from storage.session import BatchSession

_COMMIT_SPREAD = 60_000 << 21
"""Events get their ids before they are committed, so one may appear late: as many ids as a minute holds."""
_TEXTS = select(CaseText).where(CaseText.case_id.in_(bindparam("cases", expanding=True)))
SEALS = "seal"
"""What the chain of seals is called where it is broken."""


class Break(NamedTuple):
    """Where the recorded past does not hold: the subject (`seal` for the chain of seals), the place in it, and why."""

    subject: str
    seq: int
    why: str


class Change(NamedTuple):
    """What happened: by whom (`person:ID`, a pseudonym, `follower` or `system`), what, and from where to where."""

    actor: str
    action: str
    before: str
    after: str


def record(
    session: BatchSession, case: Case, change: Change, at: datetime, *,
    facts: Mapping[str, Any] | None = None, texts: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Write one event of a case. `texts` (purpose to words) go beside it; the event holds their salted digests."""
    subject = f"case:{case.id}"
    written = [_text(session, case.id, purpose, words, at) for purpose, words in (texts or {}).items() if words]
    stored = chain.plain(facts or {})
    if written:
        stored["texts"] = {text.purpose: text.id for text in written}
        stored["digests"] = {text.purpose: chain.salted(text.text, text.salt) for text in written}
    seq, previous = _head(session, case.id)
    digest = chain.link(previous, {"seq": seq + 1, "at": at, **change._asdict(), **stored})
    known(session, "heads")[case.id] = (seq + 1, digest)
    _note_hand(session, case.id, change)
    session.append(
        Event, id=new_id(), subject=subject, seq=seq + 1, at=at, **change._asdict(), facts=stored, hash=digest
    )


def last_text(session: Session, case_id: int, *purposes: str) -> str:
    """Return the newest words of these purposes about a case, or nothing."""
    texts = [text for text in _texts(session, case_id) if text.purpose in purposes]
    return max(texts, key=lambda text: text.id).text if texts else ""


def text_since(session: Session, case_id: int, purpose: str, *since: str) -> str:
    """Return the newest words of a purpose if none of these others were said after them, or nothing."""
    texts = [text for text in _texts(session, case_id) if text.purpose in {purpose, *since}]
    newest = max(texts, key=lambda text: text.id, default=None)
    return newest.text if newest is not None and newest.purpose == purpose else ""


def read_texts(session: Session, case_ids: Collection[int]) -> None:
    """Read the words about these cases at once, before they are asked for one by one."""
    texts = known(session, "texts")
    unknown = [case_id for case_id in case_ids if case_id not in texts]
    if unknown:
        texts |= {case_id: [] for case_id in unknown}
        with session.no_autoflush:
            for text in session.scalars(_TEXTS, {"cases": unknown}):
                texts[text.case_id].append(text)


def read_heads(session: Session, case_ids: Collection[int]) -> None:
    """Read at once where the histories of these cases end, before something is recorded of them one by one."""
    heads = known(session, "heads")
    subjects = [f"case:{case_id}" for case_id in case_ids if case_id not in heads]
    newest = select(Event.subject, func.max(Event.seq)).where(Event.subject.in_(subjects)).group_by(Event.subject)
    query = select(Event.subject, Event.seq, Event.hash).where(tuple_(Event.subject, Event.seq).in_(newest))
    for subject, seq, digest in session.execute(query) if subjects else ():
        heads[int(subject.removeprefix("case:"))] = (seq, digest)


def seal(session: Session, now: datetime) -> Seal | None:
    """Seal the heads that changed since the last seal; return the seal, or None when nothing changed.

    For the holder of the clock alone: seals are one chain.
    """
    last = last_seal(session)
    covered = last.up_to if last else 0
    up_to = session.scalar(select(func.max(Event.id))) or covered
    heads = {
        subject: digest
        for subject, digest in _heads(session, covered - _COMMIT_SPREAD)
        if last is None or last.heads.get(subject) != digest.hex()
    }
    if not heads:
        return None
    stored = {subject: digest.hex() for subject, digest in heads.items()}
    made = Seal(
        id=new_id(), seq=last.seq + 1 if last else 1, at=now, up_to=up_to, heads=stored,
        hash=chain.seal(heads, last.hash if last else chain.NO_SEAL),
    )  # fmt: skip
    session.add(made)
    return made


def last_seal(session: Session) -> Seal | None:
    """Return the newest seal."""
    return session.scalar(select(Seal).order_by(Seal.seq.desc()).limit(1))


def verify_all(session: Session) -> list[Break]:
    """Return every break of every history and of the seals; none when the past is whole."""
    breaks, sealed = _verify_seals(session)
    subjects = [*session.scalars(select(Event.subject).distinct().order_by(Event.subject))]
    for subject in [*subjects, *(sealed.keys() - set(subjects))]:
        events = session.scalars(select(Event).where(Event.subject == subject).order_by(Event.seq))
        found = chain.verify(subject, _links(session, events), sealed[subject])
        breaks += [Break(subject, each.seq, each.why) for each in found]
    return breaks


def _heads(session: Session, since: int) -> Iterable[Row[str, bytes]]:
    """Return the newest link of each history that went on after that event."""
    changed = select(Event.subject).where(Event.id > since).distinct()
    newest = select(Event.subject, func.max(Event.seq)).where(Event.subject.in_(changed)).group_by(Event.subject)
    query = select(Event.subject, Event.hash).where(tuple_(Event.subject, Event.seq).in_(newest))
    return session.execute(query)


def _verify_seals(session: Session) -> tuple[list[Break], defaultdict[str, list[bytes]]]:
    breaks: list[Break] = []
    sealed: defaultdict[str, list[bytes]] = defaultdict(list)
    previous = chain.NO_SEAL
    for seq, each in enumerate(session.scalars(select(Seal).order_by(Seal.seq)), 1):
        heads = {subject: bytes.fromhex(digest) for subject, digest in each.heads.items()}
        if each.seq != seq or chain.seal(heads, previous) != each.hash:
            breaks.append(Break(SEALS, each.seq, "changed_seal"))
        for subject, head in heads.items():
            sealed[subject].append(head)
        previous = each.hash
    return breaks, sealed


def _links(session: Session, events: Iterable[Event]) -> Iterable[chain.Event]:
    for event in events:
        texts = {
            purpose: chain.Text(text.text, text.salt)
            for purpose, text_id in event.facts.get("texts", {}).items()
            if (text := session.get(CaseText, text_id)) is not None
        }
        yield chain.Event(event.seq, _facts(event), event.hash, texts)


def _facts(event: Event) -> dict[str, Any]:
    return {
        "seq": event.seq, "at": event.at, "actor": event.actor, "action": event.action,
        "before": event.before, "after": event.after, **event.facts,
    }  # fmt: skip


def lay_hand(hands: dict[str, set[int]], action: str, actor: str) -> None:
    """Add to those who did something with a case, by action, who did this; persons alone."""
    if actor.startswith("person:"):
        hands.setdefault(action, set()).add(int(actor.removeprefix("person:")))


def _note_hand(session: Session, case_id: int, change: Change) -> None:
    """Keep true what is known of who did what with a case; of a new one all is known."""
    hands = known(session, "hands")
    if is_new(session, case_id):
        hands.setdefault(case_id, {})
    if case_id in hands:
        lay_hand(hands[case_id], change.action, change.actor)


def _head(session: Session, case_id: int) -> tuple[int, bytes]:
    """Return the place and hash of a case's last event."""
    subject = f"case:{case_id}"

    def read() -> tuple[int, bytes]:
        if is_new(session, case_id):
            return 0, chain.genesis(subject)
        newest = select(Event.seq, Event.hash).where(Event.subject == subject).order_by(Event.seq.desc()).limit(1)
        last = session.execute(newest).first()
        return (last.seq, last.hash) if last else (0, chain.genesis(subject))

    return learn(session, "heads", case_id, read)


def _texts(session: Session, case_id: int) -> list[CaseText]:
    """Return the words about a case; `_text` adds to them."""
    if not is_new(session, case_id):
        read_texts(session, [case_id])
    found: list[CaseText] = known(session, "texts").setdefault(case_id, [])
    return found


def _text(session: Session, case_id: int, purpose: str, words: str, at: datetime) -> CaseText:
    text = CaseText(
        id=new_id(), case_id=case_id, purpose=purpose, text=words,
        salt=secrets.token_bytes(chain.SALT_BYTES), written_at=at,
    )  # fmt: skip
    _texts(session, case_id).append(text)
    session.add(text)
    return text
