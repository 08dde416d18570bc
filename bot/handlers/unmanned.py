"""What can be done about a post where nobody is: asking who is near, and going there."""

from __future__ import annotations

from bot.handlers import router
from bot.services.desk import Turn
from bot.services.volunteering import notices, posts, unmanned
from bot.services.words import joined
from storage.models import Post


@router.press("unmanned_ask")
def ask(turn: Turn) -> None:
    """Ask the nearest volunteers who are free."""
    if turn.token is not None and turn.is_private:
        n = unmanned.ask(turn, turn.person, turn.token.subject)
        turn.say("unmanned.asked" if n else "hands.nobody", n=n)


@router.press("unmanned_come")
def come(turn: Turn) -> None:
    """Go there at once."""
    if turn.token is None or not turn.is_private:
        return
    shift = unmanned.step_in(turn, turn.token.subject, turn.person)
    text = turn.words.say(turn.language, "unmanned.yours", what=notices.slot(turn, shift, turn.language))
    corners = posts.corners(turn.session.get_one(Post, shift.post), turn.language)
    turn.answer(joined(text, corners), (turn.press("button.sign_in", "sign_in", style="primary"),))
