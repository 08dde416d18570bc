"""What the week should come to, minute by minute, from nothing but what was done and the rules in words.

Somebody may come from half an hour before a slot to its end, three times a day, where they have a place. What counts
are the minutes of the slot in which they were there, each once; a shift that was called off ends when it was. What is
asked for later counts if it is within the slot, was in no other time of theirs, and an organiser says yes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import NamedTuple

from tests.week.acts import DAY, HOUR, Act, Script, Slot

OPENS = 30
STAYS = 30
NEARLY_OVER = 15
PAIRS = 3
WITHDRAW = 2 * HOUR
EVENING = 19 * HOUR + 30
NEVER = 10**6


class Cover(NamedTuple):
    """Slots that were not called off and those of them with anybody there; hands wanted, there, and lacking; minutes.

    Of a training the minutes alone are told, and of what was called off who came before, and for how long.
    """

    planned: int = 0
    held: int = 0
    wanted: int = 0
    came: int = 0
    lacking: int = 0
    minutes: int = 0
    training: int = 0


class Ledger:
    """Who stands where, who is there, and what came of it."""

    def __init__(self, script: Script) -> None:
        self.slots = script.slots
        self.standing: defaultdict[int, dict[int, int]] = defaultdict(dict)  # by slot: who, since when
        self.called_off: dict[int, int] = {}
        self.served: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        self.tallies: Counter[tuple[int, int, int, int]] = Counter()  # post, quarter, behaviour, who
        self.reminders: set[tuple[int, str, int]] = set()
        self.happened: Counter[str] = Counter()
        self._there: dict[int, tuple[int, int]] = {}
        self._spells: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)  # by who and day
        self._asked: dict[tuple[int, int], tuple[int, int]] = {}
        self._pairs: Counter[tuple[int, int]] = Counter()
        self._taps: defaultdict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
        self._play(script.acts)

    # --- what it comes to ---------------------------------------------------------------------------------------------

    def minutes(self, who: int, kind: str) -> int:
        """Return somebody's minutes of duty or of training."""
        slots = (self.slots[slot] for person, slot in self.served if person == who)
        found = [self.served[who, slot.number] for slot in slots if slot.kind == kind]
        assert len(set().union(*found)) == sum(map(len, found))
        return sum(map(len, found))

    def covers(self) -> dict[tuple[int, int], Cover]:
        """Return how each post was manned on each day."""
        found: dict[tuple[int, int], Cover] = {}
        for slot in self.slots:
            before = found.get((slot.post, slot.day), Cover())
            found[slot.post, slot.day] = Cover(*map(sum, zip(before, self._cover(slot), strict=True)))
        return found

    def _cover(self, slot: Slot) -> Cover:
        lengths = [len(minutes) for (_, number), minutes in self.served.items() if number == slot.number and minutes]
        if slot.kind == "training":
            return Cover(training=sum(lengths))
        if slot.number in self.called_off:
            return Cover(came=len(lengths), minutes=sum(lengths))
        lacking = max(0, slot.crew - len(lengths))
        return Cover(1, int(bool(lengths)), slot.crew, len(lengths), lacking, sum(lengths))

    def states(self) -> Counter[str]:
        """Return who forgot to go, and what became of what was asked for later."""
        waiting = self.happened["asked"] - self.happened["granted"] - self.happened["refused"]
        return +Counter(
            {"forgotten": self.happened["forgotten"], "asked": waiting, "refused": self.happened["refused"]}
        )

    # --- what happens -------------------------------------------------------------------------------------------------

    def _play(self, acts: list[Act]) -> None:
        dues = [(each.day * DAY - DAY + EVENING, each) for each in self.slots]
        dues += [(each.begins - OPENS, each) for each in self.slots]
        dues.sort(reverse=True)
        for act in acts:
            while dues and dues[-1][0] <= act.at:
                self._remind(*dues.pop())
            self._close(act)
            getattr(self, f"_{act.what}")(act, self.slots[act.slot])
        for who, (slot, _) in list(self._there.items()):
            self._forget(who, self.slots[slot])

    def _remind(self, at: int, slot: Slot) -> None:
        if slot.number in self.called_off:
            return
        kind = "soon" if at == slot.begins - OPENS else "eve"
        self.reminders |= {(at, kind, who) for who, since in self.standing[slot.number].items() if since < at}

    def _close(self, act: Act) -> None:
        """Whoever forgot is gone by now."""
        there = self._there.get(act.who)
        if there is not None and act.at > self.slots[there[0]].ends + STAYS:
            self._forget(act.who, self.slots[there[0]])

    def _forget(self, who: int, slot: Slot) -> None:
        self._leave(who, slot.ends)
        self.happened["forgotten"] += 1

    def _sign_up(self, act: Act, slot: Slot, instead: int = 0) -> None:
        mine = (self.slots[number] for number, crew in self.standing.items() if act.who in crew)
        clash = any(each.begins < slot.ends and slot.begins < each.ends for each in mine if self._is_held(each))
        if self._is_held(slot) and not clash and len(self.standing[slot.number]) - instead < slot.crew:
            self.standing[slot.number][act.who] = act.at
            self.happened["signed up"] += 1
        else:
            self.happened["no place"] += 1

    def _withdraw(self, act: Act, slot: Slot) -> None:
        if act.at <= slot.begins - WITHDRAW and self.standing[slot.number].pop(act.who, None) is not None:
            self.happened["withdrawn"] += 1
        else:
            self.happened["withdrawn too late"] += 1

    def _swap(self, act: Act, slot: Slot) -> None:
        taker, _ = act.more
        if act.who in self.standing[slot.number]:
            self._sign_up(act._replace(who=taker), slot, instead=1)
            if taker in self.standing[slot.number]:
                del self.standing[slot.number][act.who]
                self.happened["swapped"] += 1
                if self._there.get(act.who, (-1,))[0] == slot.number:
                    self._leave(act.who, act.at)
                    self.happened["relieved"] += 1

    def _cancel(self, act: Act, slot: Slot) -> None:
        self.called_off[slot.number] = act.at
        for (_, number), minutes in self.served.items():
            if number == slot.number:
                minutes -= {each for each in minutes if each >= act.at}

    def _far(self, _act: Act, _slot: Slot) -> None:
        self.happened["far"] += 1

    def _pin(self, act: Act, slot: Slot) -> None:
        there = self._there.get(act.who)
        if there is not None and there[0] == slot.number:
            if act.at >= slot.ends - NEARLY_OVER and act.what != "live":
                self._leave(act.who, act.at)
        elif self._may_come(act, slot):
            self._pairs[act.who, slot.day] += 1
            self._there[act.who] = slot.number, act.at
            self.happened[act.what] += 1

    _live = _code = _pin

    def _may_come(self, act: Act, slot: Slot) -> bool:
        is_in_time = slot.begins - OPENS <= act.at < slot.ends
        if act.who not in self.standing[slot.number] or not is_in_time or not self._is_held(slot):
            return False
        self.happened["too often"] += self._pairs[act.who, slot.day] >= PAIRS
        return self._pairs[act.who, slot.day] < PAIRS

    def _out(self, act: Act, slot: Slot) -> None:
        there = self._there.get(act.who)
        if there is not None and there[0] == slot.number:
            self._leave(act.who, act.at)

    def _leave(self, who: int, at: int) -> None:
        number, came = self._there.pop(who)
        slot = self.slots[number]
        over = min(slot.ends, self.called_off.get(number, NEVER))
        self._spells[who, slot.day].append((came, max(came, at)))
        self.served[who, number] |= {each for each in range(came, at) if slot.begins <= each < over}

    def _tap(self, act: Act, slot: Slot) -> None:
        behaviour, n = act.more
        if self._there.get(act.who, (-1,))[0] != slot.number:
            self.happened["put away"] += 1
            return
        self._taps[act.who, slot.number].append((act.at // 15, behaviour, n))
        self.tallies[slot.post, act.at // 15, behaviour, act.who] += n

    def _undo(self, act: Act, slot: Slot) -> None:
        taps = self._taps[act.who, slot.number]
        if self._there.get(act.who, (-1,))[0] == slot.number and taps:
            quarter, behaviour, n = taps.pop()
            self.tallies[slot.post, quarter, behaviour, act.who] -= n
            self.happened["undone"] += 1

    def _backfill(self, act: Act, slot: Slot) -> None:
        came, left = act.more
        whole = len(self.served[act.who, slot.number]) >= slot.ends - slot.begins
        clash = any(came < gone and here < left for here, gone in self._spells[act.who, slot.day])
        is_theirs = act.who in self.standing[slot.number] and self._is_held(slot)
        is_possible = is_theirs and not whole and not clash and self._pairs[act.who, slot.day] < PAIRS
        if is_possible and slot.begins <= came < left <= slot.ends <= act.at:
            self._asked[act.who, slot.number] = came, left
            self._spells[act.who, slot.day].append((came, left))
            self._pairs[act.who, slot.day] += 1
            self.happened["asked"] += 1
        else:
            self.happened["not asked"] += 1

    def _decide(self, act: Act, slot: Slot) -> None:
        asked = self._asked.pop((act.who, slot.number), None)
        if asked is None:
            return
        if act.more[0]:
            self.served[act.who, slot.number] |= set(range(*asked))
        else:
            self._spells[act.who, slot.day].remove(asked)
            self._pairs[act.who, slot.day] -= 1
        self.happened["granted" if act.more[0] else "refused"] += 1

    def _is_held(self, slot: Slot) -> bool:
        return slot.number not in self.called_off
