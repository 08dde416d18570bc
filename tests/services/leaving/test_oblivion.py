"""No table that names a person is overlooked when somebody is forgotten."""

from __future__ import annotations

import re

from storage.models import Base

ERASED = {
    "absence.person_id", "attachment.person_id", "attendance.person_id", "board.person_id", "card.person_id",
    "case.reporter_id", "certificate.person_id", "conversation.person_id", "follower.person_id", "hearer.person_id",
    "identity.person_id", "link.other_id", "link.person_id", "nag.person_id", "patrol.person_id", "pin.person_id",
    "signup.person_id", "subscription.person_id", "tally.person_id", "volunteer.person_id",
}  # fmt: skip
"""Goes when somebody is forgotten, at the latest when their last case has ended long enough ago."""
RECORD_OF_WORK = {
    "absence.stand_in_id", "assignment.person_id", "attendance.decided_by", "bound_chat.bound_by", "case.handler_id",
    "case.owner_id", "invite.made_by", "invite.used_by", "post.made_by", "reminder.person_id", "rota.made_by",
    "shift.made_by", "volunteer.guardian_by",
}  # fmt: skip
"""Who has worked here stays a number in the record of the work, without a name or a way to reach them."""
NOBODYS = {"person.merged_into"}
"""From one number to another."""


def test_every_column_that_names_a_person_is_looked_after():
    names = re.compile(r"(person|reporter|handler|owner|stand_in|merged)_?(id|into)$|_by$")
    found = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
        or (names.search(column.name) and column.type.python_type is int)
    }

    assert found == ERASED | RECORD_OF_WORK | NOBODYS
