"""The functions people hold, and how somebody may stand to a case."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A function given by invitation. A citizen needs none."""

    CITIZEN = "citizen"
    VOLUNTEER = "volunteer"
    LEADER = "point_leader"  # 点位长
    UNIT_HEAD = "unit_head"
    INSPECTOR = "inspector"
    DISPATCHER = "dispatcher"  # headquarters, 创城办
    EXECUTIVE = "executive"
    ADMINISTRATOR = "administrator"


INVITES = {
    Role.ADMINISTRATOR: frozenset(Role) - {Role.CITIZEN},
    Role.DISPATCHER: frozenset({Role.VOLUNTEER, Role.LEADER, Role.UNIT_HEAD, Role.INSPECTOR}),
    Role.UNIT_HEAD: frozenset({Role.LEADER, Role.VOLUNTEER}),
}
"""Who may invite whom."""


VERIFIERS = (Role.INSPECTOR, Role.DISPATCHER, Role.EXECUTIVE)
"""Who verifies, each where those before have all handled the case themselves."""


class Stance(StrEnum):
    """How somebody stands to one case; worked out anew at each act."""

    REPORTER = "reporter"
    FOLLOWER = "follower"
    OWNER = "owner"  # asked to take it: the point's leader, or somebody of the lead unit
    HANDLER = "handler"  # took it
    INSPECTOR = "inspector"
    DISPATCHER = "dispatcher"
    EXECUTIVE = "executive"
    ANYONE = "anyone"
    SYSTEM = "system"


VERIFYING = frozenset({Stance.INSPECTOR, Stance.DISPATCHER, Stance.EXECUTIVE})
