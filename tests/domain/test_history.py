"""A chain of events shows every change of its past, and bears that personal words are forgotten."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.history import (
    NO_SEAL,
    Break,
    Event,
    Text,
    canonical,
    genesis,
    link,
    plain,
    salted,
    seal,
    verify,
)

SALT = bytes(range(16))
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


def chain(*facts: dict[str, object], subject: str = "case 7") -> list[Event]:
    events, previous = [], genesis(subject)
    for seq, each in enumerate(facts, start=1):
        previous = link(previous, each)
        events.append(Event(seq, each, previous))
    return events


def story() -> list[Event]:
    words = {"action": "reply", "digests": {"words": salted("路面已补", SALT)}}
    events = chain({"action": "report", "at": NOON}, words, {"action": "close", "score": 5})
    events[1] = replace(events[1], texts={"words": Text("路面已补", SALT)})
    return events


facts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_an_untouched_chain_holds():
    assert verify("case 7", story()) == []


def test_a_chain_without_events_holds():
    assert verify("case 7", []) == []


def test_changed_facts_are_found_where_they_are():
    events = story()
    events[1] = replace(events[1], facts={**events[1].facts, "action": "reject"})

    assert verify("case 7", events) == [Break(2, "changed_facts")]


def test_facts_that_were_rehashed_break_the_next_link():
    events = story()
    changed = {**events[1].facts, "action": "reject"}
    events[1] = replace(events[1], facts=changed, hash=link(events[0].hash, changed))

    assert verify("case 7", events) == [Break(3, "changed_facts")]


def test_a_dropped_event_is_missed():
    events = story()

    assert verify("case 7", [events[0], events[2]]) == [Break(3, "missing_event")]
    assert verify("case 7", events[1:]) == [Break(2, "missing_event")]


def test_events_in_another_order_are_found():
    one, two, three = story()

    assert Break(2, "wrong_order") in verify("case 7", [one, three, two])
    assert Break(1, "wrong_order") in verify("case 7", [one, one, two, three])


def test_an_event_cannot_move_to_another_subject():
    assert verify("case 8", story()) == [Break(1, "changed_facts")]


def test_changed_words_are_found():
    events = story()
    events[1] = replace(events[1], texts={"words": Text("路面没补", SALT)})

    assert verify("case 7", events) == [Break(2, "changed_text")]


def test_words_slipped_in_without_a_digest_are_found():
    events = story()
    events[0] = replace(events[0], texts={"words": Text("谎话", SALT)})

    assert verify("case 7", events) == [Break(1, "changed_text")]


@pytest.mark.parametrize("facts", [{"digests": "none"}, {"score": float("nan")}, {"score": object()}])
def test_facts_that_we_never_write_are_found_too(facts):
    events = story()
    events[0] = replace(events[0], facts=facts, texts={"words": Text("谎话", b"")})

    assert verify("case 7", events) == [Break(1, "changed_facts"), Break(1, "changed_text")]


def test_erased_words_leave_the_chain_valid():
    events = story()
    events[1] = replace(events[1], texts={})

    assert verify("case 7", events) == []


def test_a_digest_says_nothing_without_its_salt():
    assert salted("张", SALT) != salted("张", SALT[::-1])
    assert salted("张", SALT) != sha256("张".encode()).hexdigest()
    with pytest.raises(ValueError, match="salt"):
        salted("张", b"short")


def test_a_chain_that_was_cut_or_written_anew_lacks_its_sealed_head():
    events = story()
    heads = [events[1].hash, events[2].hash]

    assert verify("case 7", events, heads) == []
    assert verify("case 7", events[:2], heads) == [Break(2, "missing_head")]
    assert verify("case 7", [], heads[:1]) == [Break(0, "missing_head")]


def test_a_seal_depends_on_every_head_and_on_the_seal_before():
    heads = {"case 7": bytes(32), "case 8": bytes([1] * 32)}
    first = seal(heads)

    assert first == seal(dict(reversed(heads.items())), NO_SEAL)
    assert first != seal({**heads, "case 8": bytes([2] * 32)})
    assert first != seal(heads, first)
    assert len(first) == 32


@given(st.dictionaries(st.text(), facts, max_size=4))
def test_facts_hash_the_same_after_a_trip_through_json(mapping):
    stored = json.loads(json.dumps(plain(mapping)))

    assert canonical(stored) == canonical(mapping)
    assert plain(plain(mapping)) == plain(mapping)


@given(st.dictionaries(st.text(), facts, min_size=1, max_size=4))
def test_the_order_of_keys_does_not_matter(mapping):
    assert link(NO_SEAL, dict(reversed(mapping.items()))) == link(NO_SEAL, mapping)


def test_facts_have_one_form():
    shanghai = timezone(timedelta(hours=8))
    mapping = {
        "b": [Colour.RED, (4.0, 0.5, -0.0)],
        "at": NOON.astimezone(shanghai),
        "day": date(2026, 3, 2),
        "a": {"名": None, "yes": True},
    }

    assert canonical(mapping) == (
        b'{"a":{"yes":true,"\\u540d":null},"at":"2026-03-02T04:00:00.000000+00:00",'
        b'"b":["red",[4,0.5,0]],"day":"2026-03-02"}'
    )
    assert canonical({"at": NOON}) == canonical({"at": NOON.astimezone(shanghai)})


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), b"bytes", {1: "one"}, datetime(2026, 3, 2), {1, 2}, object()],  # noqa: DTZ001
)
def test_what_has_no_one_form_is_no_fact(value):
    with pytest.raises(TypeError):
        link(NO_SEAL, {"value": value})


def test_the_hash_is_what_it_was_in_every_earlier_version():
    """A stored chain must verify for ever: this value may never change."""
    head = chain({"action": "report", "at": NOON})[0].hash

    assert head.hex() == "d22f7b94ace97f4e2496e0437cd59b26573b578d5fa8bcea85af0b8a50a67310"
