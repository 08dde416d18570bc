"""The tables, by area; importing this package knows them all."""

from __future__ import annotations

from storage.models.base import Base, UtcTime, new_id
from storage.models.cases import Attachment, Case, CaseText, Event, Follower, NumberBlock, Seal
from storage.models.city import PackRow
from storage.models.deadlines import MovedDeadline, Reckoning, WaitingCall
from storage.models.jobs import JobRun
from storage.models.keeping import Retained, Trouble
from storage.models.nags import Alarm, Hearer, Nag, Reminder
from storage.models.patrols import Patrol
from storage.models.people import Absence, Assignment, BoundChat, Identity, Invite, Link, Person, Subscription
from storage.models.pipeline import Card, ChannelUse, Chore, Conversation, InboxRow, Lease, Menu, OutboxRow
from storage.models.service import Attendance, Board, Certificate, Pin, Tally, Volunteer
from storage.models.shifts import Post, Rota, Shift, Signup
from storage.models.webchat import WebFile, WebMenu, WebMessage, WebSecret

__all__ = [
    "Absence",
    "Alarm",
    "Assignment",
    "Attachment",
    "Attendance",
    "Base",
    "Board",
    "BoundChat",
    "Card",
    "Case",
    "CaseText",
    "Certificate",
    "ChannelUse",
    "Chore",
    "Conversation",
    "Event",
    "Follower",
    "Hearer",
    "Identity",
    "InboxRow",
    "Invite",
    "JobRun",
    "Lease",
    "Link",
    "Menu",
    "MovedDeadline",
    "Nag",
    "NumberBlock",
    "OutboxRow",
    "PackRow",
    "Patrol",
    "Person",
    "Pin",
    "Post",
    "Reckoning",
    "Reminder",
    "Retained",
    "Rota",
    "Seal",
    "Shift",
    "Signup",
    "Subscription",
    "Tally",
    "Trouble",
    "UtcTime",
    "Volunteer",
    "WaitingCall",
    "WebFile",
    "WebMenu",
    "WebMessage",
    "WebSecret",
    "new_id",
]
