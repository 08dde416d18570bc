"""What happens in the week: who signs up where, comes, goes, counts, forgets and asks. The same for the same seed."""

from __future__ import annotations

from random import Random

from tests.week.acts import A_TEAM, CREW, DAY, HOUR, LIVELY, PEAKS, Act, Script, Slot, slots_of

SIGN_UPS = -12 * HOUR
"""They sign up on Sunday at noon."""
COUNTED = 5
"""Kinds of what is counted; the last are those who pass, who are counted by several."""
STEPS = (1, 5, 10)
WAYS = ("pin", "pin", "pin", "live", "code")


class Scribe:
    """Writes the week, one place after the other. What the bot hears lies `grain` minutes apart or a multiple."""

    def __init__(self, posts: int, seed: int, grain: int) -> None:
        self.chance, self.grain = Random(seed), grain
        self.slots = slots_of(posts)
        self.posts, self.volunteers = posts, len(PEAKS) * CREW * posts
        self.acts: list[Act] = []
        self._lost: dict[int, int] = {}
        self._busy: set[tuple[int, int]] = set()

    def write(self) -> Script:
        """Write all of it."""
        for day in range(5):
            self._give_places(day)
        training = self.slots[-1]
        for who in self.chance.sample(range(self.volunteers), training.crew + 3):
            self._sign_up(who, training)
            self._come(who, training)
        acts = sorted(self.acts, key=lambda each: (each.at, each.what in LIVELY))
        return Script(self.posts, self.volunteers, self.slots, acts)

    # --- places -------------------------------------------------------------------------------------------------------

    def _give_places(self, day: int) -> None:
        """Let everybody stand in one peak of a day; those of the other one can take a place over."""
        everybody = list(range(self.volunteers))
        self.chance.shuffle(everybody)
        todays = [each for each in self.slots if each.day == day and each.kind == "duty"]
        places = [(who, todays[number // CREW]) for number, who in enumerate(everybody)]
        self._busy |= {(who, slot.begins) for who, slot in places}
        *called_off, deserted = self.chance.sample(todays, 3)
        self._call_off(*called_off)
        self._lost[deserted.number] = deserted.begins - HOUR
        for who, slot in places:
            self._take_place(who, slot)

    def _call_off(self, in_time: Slot, too_late: Slot) -> None:
        """One is cancelled on the day before, one when the first are there, or in the middle of it."""
        for slot, at in ((in_time, in_time.begins - 20 * HOUR), (too_late, too_late.begins + self._some(-10, 50))):
            self._lost[slot.number] = at
            self._note(at, -1, "cancel", slot)

    def _take_place(self, who: int, slot: Slot) -> None:
        fate = self.chance.random()
        if fate < 0.03:
            self._note(slot.begins + self._some(-12, 20), who, "sign_up", slot)  # on the spot
            self._come(who, slot, since=20)
            return
        self._sign_up(who, slot)
        if fate < 0.08:
            self._note(slot.begins - self._some(125, 900), who, "withdraw", slot)
        elif fate < 0.11:
            self._note(slot.begins - self._some(40, 115), who, "withdraw", slot)  # too late: they have to come
            self._come(who, slot)
        elif fate < 0.16:
            self._swap(who, slot, slot.day * DAY - self._some(200, 400))
        elif fate < 0.19:
            at = self._snap(slot.begins + self._some(0, 20))
            until = at + self._some(10, 30)
            self._enter(at, who, slot)
            self._count(at, until, who, slot)
            self._swap(who, slot, until)
        elif fate < 0.24:
            return  # does not come
        elif fate < 0.30:
            self._add_later(who, slot)
        else:
            self._come(who, slot)

    def _sign_up(self, who: int, slot: Slot) -> None:
        self._note(SIGN_UPS + 7 * (slot.number % 40), who, "sign_up", slot)

    def _swap(self, who: int, slot: Slot, at: int) -> None:
        """Somebody of the team who stands in the other peak takes it: before or after the evening's reminder, or when
        it has begun.
        """
        team = who // A_TEAM
        mates = range(team * A_TEAM, min((team + 1) * A_TEAM, self.volunteers))
        free = [each for each in mates if (each, slot.begins) not in self._busy]
        if not free:
            return
        taker = self.chance.choice(free)
        self._busy.add((taker, slot.begins))
        self._note(at, who, "swap", slot, taker, self.chance.randrange(2))
        self._come(taker, slot, since=max(-25, at - slot.begins))

    # --- there --------------------------------------------------------------------------------------------------------

    def _come(self, who: int, slot: Slot, since: int = -25) -> None:
        """Come early or late, perhaps to the wrong place at first, count, and go in one of several ways."""
        at = self._snap(slot.begins + self._some(since, max(since + 10, 20)))
        if self._rolls(0.05):
            self._note(at, who, "far", slot)
            at += self.grain
        self._enter(at, who, slot)
        for _ in range(self.chance.choice((0, 0, 0, 0, 0, 0, 1, 1, 2, 3))):
            gone = self._snap(at + self._some(5, 25))
            back = self._snap(gone + self._some(3, 15))
            if back >= slot.ends - 20:
                break
            self._count(at, gone, who, slot)
            self._note(gone, who, "out", slot)
            self._enter(back, who, slot)
            at = back
        self._go(at, who, slot)

    def _enter(self, at: int, who: int, slot: Slot) -> None:
        self._note(at, who, self.chance.choice(WAYS), slot)

    def _go(self, at: int, who: int, slot: Slot) -> None:
        fate = self.chance.random()
        ways = ((0.15, "", slot.ends + 25), (0.25, "pin", slot.ends - 8), (0.35, "out", slot.ends - self._some(20, 60)))
        what, gone = next((way[1:] for way in ways if fate < way[0]), ("out", slot.ends + self._some(-10, 25)))
        gone = self._snap(gone)
        if gone <= at or (what == "pin" and gone >= slot.ends):
            what, gone = "out", max(gone, at + self.grain)
        self._count(at, gone, who, slot)
        if what:
            self._note(gone, who, what, slot)
        if what and self._rolls(0.05):
            self._note(gone + self.grain, who, "tap", slot, 0, 1)  # on a board that is put away

    def _count(self, since: int, until: int, who: int, slot: Slot) -> None:
        for _ in range(self.chance.choice((0, 1, 1, 2, 4)) if slot.kind == "duty" else 0):
            at = self._snap(since + self._some(1, max(2, until - since)))
            if since < at < until:
                what = self.chance.randrange(COUNTED)
                self._note(at, who, "tap", slot, what, 1 if what < COUNTED - 1 else self.chance.choice(STEPS))
                if self._rolls(0.1):
                    self._note(at, who, "undo", slot)

    def _add_later(self, who: int, slot: Slot) -> None:
        """Serve without signing in, or for a part of it, and ask for it afterwards; an organiser decides, or nobody."""
        came, left = slot.begins + self._some(0, 40), slot.ends - self._some(0, 30)
        if self._rolls(0.4):
            at = self._snap(slot.begins + self._some(20, 40))
            self._enter(at, who, slot)
            self._note(self._snap(slot.ends - 15), who, "out", slot)
            left = at - self._some(-8, 6)  # some would count a few minutes twice
        self._note(slot.ends + self._some(32, 60), who, "backfill", slot, came, left)
        if self._rolls(0.9):
            self._note((slot.day + 1) * DAY + 9 * HOUR, who, "decide", slot, int(self._rolls(0.6)))

    def _note(self, at: int, who: int, what: str, slot: Slot, *more: int) -> None:
        """Note it, unless it is about coming to what is known not to be held."""
        if at < self._lost.get(slot.number, at + 1) or what in {"cancel", "out", "tap", "undo"}:
            self.acts.append(Act(at, who, what, slot.number, more))

    def _some(self, least: int, most: int) -> int:
        return self.chance.randint(least, most)

    def _rolls(self, share: float) -> bool:
        return self.chance.random() < share

    def _snap(self, at: int) -> int:
        return at + -at % self.grain
