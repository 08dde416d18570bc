"""Consent to have one's record passed on to volunteers' platforms: asked for once, given and taken back by a tap."""

from __future__ import annotations

from datetime import datetime

from bot.domain.service import Age
from storage.models import Volunteer


def may_decide(volunteer: Volunteer) -> bool:
    """Tell whether somebody may decide on their own: from 14 on; younger ones are never passed on."""
    return not Age(volunteer.age).needs_guardian


def is_to_be_asked(volunteer: Volunteer) -> bool:
    """Tell whether they have not been asked yet."""
    return may_decide(volunteer) and volunteer.release_asked_at is None and volunteer.release_at is None


def decide(volunteer: Volunteer, now: datetime, *, agrees: bool) -> None:
    """Note what they decided; consent holds from when it was first given until it is taken back."""
    if agrees and may_decide(volunteer):
        volunteer.release_at = volunteer.release_at or now
    else:
        volunteer.release_at = None
