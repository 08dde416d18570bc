"""A subject's events as one chain of hashes, so that nothing in its past can be changed, dropped or slipped in unseen.

Each event's hash covers its facts and the hash before it. Personal words lie beside the facts, which hold only their
salted digests: when words and salt are erased the chain stays valid, and the digest says nothing any more. From time to
time the heads of the changed chains are sealed into one chain of seals, whose newest seal is published.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from hashlib import sha256
from math import isfinite
from typing import Any, Literal

NO_SEAL = bytes(32)
SALT_BYTES = 16

_WRITTEN = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode
Facts = Mapping[str, Any]
Why = Literal["missing_event", "wrong_order", "changed_facts", "changed_text", "missing_head"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words that may be erased, and the salt that must go with them."""

    text: str
    salt: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """A link of a chain as it was stored: `facts["digests"]` holds the digest of each of the texts by its name."""

    seq: int
    facts: Facts
    hash: bytes
    texts: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain does not hold, and why."""

    seq: int
    why: Why


def genesis(subject: str) -> bytes:
    """Return what comes before the first event of a subject, so that events cannot move to another subject."""
    return sha256(b"subject\0" + subject.encode("utf-8", "surrogatepass")).digest()


def link(previous: bytes, facts: Facts) -> bytes:
    """Return the 32-byte hash of an event after the one before it; TypeError for facts that have no one form."""
    return sha256(b"event\0" + previous + canonical(facts)).digest()


def salted(text: str, salt: bytes) -> str:
    """Return the digest of words, in hex; ValueError for a salt so short that the words could be guessed."""
    if len(salt) < SALT_BYTES:
        raise ValueError("a salt needs sixteen random bytes")
    return _digest(text, salt)


def plain(value: object) -> Any:
    """Return the value as JSON keeps it, the same after any number of times: moments in UTC, whole floats as integers.

    Raises TypeError for what is no fact: a time without zone, a number that is none, keys that are not text.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, date):
        return _moment(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    raise TypeError(f"not a fact: {type(value).__name__}")


def canonical(facts: Facts) -> bytes:
    """Return the one way to write the facts down: JSON without spaces, keys in order, ASCII."""
    return _WRITTEN(plain(facts)).encode()


def verify(subject: str, events: Iterable[Event], sealed: Collection[bytes] = ()) -> list[Break]:
    """Return every place where the chain of a subject does not hold; none when it does.

    `sealed` are the heads of this subject that were sealed once: one that is gone shows that the whole chain was
    written anew, or cut off at its end.
    """
    breaks: list[Break] = []
    previous, seq, seen = genesis(subject), 0, set[bytes]()
    for event in events:
        breaks += [Break(event.seq, why) for why in _faults(event, seq, previous)]
        previous, seq = event.hash, event.seq
        seen.add(event.hash)
    return breaks + [Break(seq, "missing_head") for head in sealed if head not in seen]


def seal(heads: Mapping[str, bytes], previous: bytes = NO_SEAL) -> bytes:
    """Return the seal over the heads (subject to newest hash) that changed since the previous seal."""
    return sha256(b"seal\0" + previous + canonical({subject: head.hex() for subject, head in heads.items()})).digest()


def _faults(event: Event, last: int, previous: bytes) -> Iterable[Why]:
    if event.seq <= last:
        yield "wrong_order"
    elif event.seq != last + 1:
        yield "missing_event"
    elif not _follows(event, previous):
        yield "changed_facts"
    digests = event.facts.get("digests")
    known = digests if isinstance(digests, Mapping) else {}
    if any(known.get(name) != _digest(each.text, each.salt) for name, each in event.texts.items()):
        yield "changed_text"


def _follows(event: Event, previous: bytes) -> bool:
    try:
        return link(previous, event.facts) == event.hash
    except TypeError:  # Somebody put in what we never would.
        return False


def _digest(text: str, salt: bytes) -> str:
    return hmac.new(salt, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()


def _number(value: float) -> float:
    """Return a whole number as an integer: databases give 4.0 back as 4."""
    if not isfinite(value):
        raise TypeError("not a number")
    return int(value) if value.is_integer() else value


def _moment(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        raise TypeError("a time without zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("a fact is named by text")
    return str(key)
