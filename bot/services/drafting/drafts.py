"""The open draft of a report: data in the conversation's row; what is asked next follows from what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.services.desk import Desk, Turn
from storage.models import Conversation, new_id
from storage.queries.conversations import layers

REPORT = "report"
READY = "ready"
ANOTHER = "another"
"""The view that asks whether what came last is a report of its own."""
Question = Literal["what", "which_place", "place", "category", ""]
Certainty = Literal["", "guessed", "sure", "chosen"]


class Place(BaseModel):
    """Where it is: WGS-84 degrees if known, words, the point if it is one; not `sure` when only about there."""

    lat: float | None = None
    lon: float | None = None
    text: str = ""
    point: str = ""
    sure: bool = True
    source: Literal["pin", "link", "words", "photo", "recent"] = "words"


class Draft(BaseModel):
    """A report in the making. `view` is what the card shows instead of the summary: a list, a warning."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    kind: Literal["report"] = "report"
    id: int
    words: list[str] = Field(default_factory=list)
    photos: list[int] = Field(default_factory=list)
    category: str = ""
    certainty: Certainty = ""
    guesses: list[str] = Field(default_factory=list)
    others: list[str] = Field(default_factory=list)  # guesses good enough to be a tap away
    place: Place | None = None
    candidates: list[Place] = Field(default_factory=list)
    offered: int = 0  # the first candidate that is on offer; earlier ones keep their numbers, so that no old tap errs
    recent: list[Place] = Field(default_factory=list)
    asked: str = ""  # the face the card showed last
    view: str = ""
    advice: str = ""
    dismissed: list[str] = Field(default_factory=list)
    similar: list[int] = Field(default_factory=list)
    different: list[int] = Field(default_factory=list)
    duty: int = 0  # the shift whose post in duty the photo may show
    told: list[str] = Field(default_factory=list)  # what needs to be said but once
    # Reports of their own that came meanwhile; their turn is when this one is done.
    waiting: list[Draft] = Field(default_factory=list)
    taken_at: datetime | None = None
    created_at: datetime
    touched_at: datetime

    @property
    def text(self) -> str:
        """All that was said about the problem."""
        return "\n".join(self.words)

    @property
    def missing(self) -> Question:
        """What has to be asked next; nothing when it can be submitted."""
        if not self.words and not self.category:
            return "what"
        if self.place is None:
            return "which_place" if self.candidates[self.offered :] else "place"
        return "" if self.category else "category"

    @property
    def newest(self) -> Draft:
        """What a message belongs to: this report, or while it is asked whether there is another, that one."""
        return self.waiting[-1] if self.view == ANOTHER and self.waiting else self

    @property
    def face(self) -> str:
        """What the card has to show: a list or a warning, the open question, or that only 提交 is left."""
        return self.view or self.missing or READY


def current(turn: Turn) -> Draft | None:
    """Return the report that is open here and not too old."""
    data = turn.draft
    if data is None or data.get("kind") != REPORT:
        return None
    draft = Draft.model_validate(data)
    return None if is_stale(turn, draft) else draft


def lying(turn: Turn) -> Iterator[Draft]:
    """Yield the report that is open here, or lies below a question."""
    for layer in layers(turn.draft):
        if layer["kind"] == REPORT:
            yield Draft.model_validate(layer)


def begin(turn: Turn) -> Draft:
    """Make a new draft; it is kept once it is saved."""
    recent = [Place.model_validate(place) for place in turn.conversation.recent.get("places", ())]
    return Draft(id=new_id(), recent=recent, created_at=turn.now, touched_at=turn.now)


def save(turn: Turn, draft: Draft) -> None:
    """Keep the draft in the conversation."""
    draft.touched_at = turn.conversation.updated_at = turn.now
    keep(turn.conversation, draft)


def is_stale(desk: Desk, draft: Draft) -> bool:
    """Tell whether the draft has lain longer than the pack lets it."""
    return desk.now - draft.touched_at > timedelta(hours=desk.city.settings.draft_hours)


def elsewhere(desk: Desk, conversation: Conversation | None, draft_id: int) -> Draft | None:
    """Return the draft if it is still open in this conversation."""
    data = conversation.draft if conversation else None
    if data is None or data.get("kind") != REPORT or data.get("id") != draft_id:
        return None
    draft = Draft.model_validate(data)
    return None if is_stale(desk, draft) else draft


def keep(conversation: Conversation, draft: Draft) -> None:
    """Write the draft into its conversation, though it is nobody's turn."""
    conversation.draft = draft.model_dump(mode="json", exclude_defaults=True) | {"kind": REPORT}


def remember(turn: Turn, place: Place) -> None:
    """Keep the last three places to be offered next time."""
    latest = place.model_copy(update={"source": "recent"}).model_dump(mode="json")
    others = [known for known in turn.conversation.recent.get("places", ()) if known["text"] != place.text]
    turn.conversation.recent = turn.conversation.recent | {"places": [latest, *others][:3]}
