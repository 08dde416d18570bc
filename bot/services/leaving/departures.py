"""Where nothing can be written any more: somebody left, or shut the bot out (离职、停用); a group is no more (解散)."""

from __future__ import annotations

from sqlalchemy import select

from bot.domain.roles import Role
from bot.port import Chat, ChatKind
from bot.services import people
from bot.services.desk import Desk
from bot.services.leaving import resignation
from bot.services.staffing import groups
from bot.services.staffing.colleagues import STAFF
from storage.knowledge import known
from storage.models import Identity, Person


def note(desk: Desk, chat: Chat) -> None:
    """Write nothing to this chat any more. A group has no bonds from now on. A private chat rests until somebody speaks
    there again; whose functions that leaves without anybody, those who invite to them are told of. Who is reached
    elsewhere goes on as before.
    """
    if chat.kind is ChatKind.GROUP:
        groups.unbind(desk.session, chat)
        return
    here = (Identity.channel == chat.channel, Identity.account == chat.account, Identity.chat_id == chat.id)
    for identity in desk.session.scalars(select(Identity).where(*here)).all():
        identity.reachable = False
        desk.session.flush()
        person = people.merged(desk.session, identity.person_id)
        known(desk.session, "private chats").pop(person.id, None)
        is_staff = STAFF & people.roles_of(desk.session, person, desk.now)
        if is_staff and people.private_chat(desk.session, person.id) is None:
            _tell(desk, person)


def _tell(desk: Desk, person: Person) -> None:
    """Tell whoever may invite somebody in their place (`bot.domain.roles.INVITES`)."""
    units = {item.unit for item in people.functions(desk.session, person.id, desk.now)} - {""}
    heads = (each for unit in units for each in people.holders(desk.session, [Role.UNIT_HEAD], desk.now, unit=unit))
    above = people.holders(desk.session, [Role.DISPATCHER, Role.ADMINISTRATOR], desk.now)
    names = {each: resignation.describe(desk, person, each) for each in desk.words.languages}
    count = len(resignation.in_hand(desk, person))
    resignation.tell(desk, [*heads, *above], "resign.left", person.name, names, count)
