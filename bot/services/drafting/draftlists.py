"""What a draft's card shows instead of the summary: lists to choose from, a warning, similar cases."""

from __future__ import annotations

from collections.abc import Callable

from bot.port import Outgoing
from bot.services.casework.faces import parts
from bot.services.desk import Row
from bot.services.drafting.draftpen import Pen, pairs
from bot.services.drafting.drafts import ANOTHER
from bot.services.words import joined
from storage.models import Case

PAGE = 16


def likely(pen: Pen, _detail: str) -> Outgoing:
    """The likely categories, and the ways to all others."""
    tree = pen.button("report.all_categories", "report_category", "classes")
    search = pen.button("report.search_category", "report_category", "search")
    return pen.list("report.pick_category", [*pen.guesses(), (tree, search)])


def classes(pen: Pen, _detail: str) -> Outgoing:
    """The classes of the directory."""
    found = pen.desk.city.category_classes.items()
    buttons = [pen.choice(each.label(pen.language), "report_category", f"in:{code}:0") for code, each in found]
    search = pen.button("report.search_category", "report_category", "search")
    return pen.list("report.pick_class", [*pairs(buttons), (search,)])


def one_class(pen: Pen, detail: str) -> Outgoing:
    """The categories of one class, a page at a time."""
    code, _, page = detail.partition(":")
    start = int(page) * PAGE
    categories = pen.desk.city.categories_of(code)
    rows = pairs([pen.category(each.code) for each in categories[start : start + PAGE]])
    if categories[start + PAGE :]:
        rows.append((pen.button("report.more_categories", "report_category", f"in:{code}:{int(page) + 1}"),))
    return pen.list("report.pick_category", rows)


def search(pen: Pen, _detail: str) -> Outgoing:
    """Ask for a word to look for; what was found with the last one."""
    return pen.list("report.type_category", pen.guesses())


def place(pen: Pen, _detail: str) -> Outgoing:
    """Ask for the place again."""
    return pen.list("report.pick_place", list(pen.recent())).model_copy(update={"ask_location": True})


def more(pen: Pen, _detail: str) -> Outgoing:
    """Say how to add something, and offer to begin the words or the photos anew."""
    rows: list[Row] = []
    if pen.draft.words:
        rows.append((pen.button("report.rewrite", "report_more", "words"),))
    if pen.draft.photos:
        rows.append((pen.button("report.drop_photos", "report_more", "photos"),))
    return pen.list("report.how_more", rows)


def warning(pen: Pen, kind: str) -> Outgoing:
    """Say where to turn with what is no matter for a report, and leave a way to report what is only broken."""
    settings = pen.desk.city.settings
    advices = (*settings.emergencies, *settings.not_ours)
    words = next((each.label(pen.language) for each in advices if each.code == pen.draft.advice), "")
    rows = ((pen.button("report.anyway", "report_anyway"),), (pen.button("report.cancel", "report_cancel"),))
    return Outgoing(text=pen.say(f"report.{kind}", advice=words), choices=rows)


def similar(pen: Pen, _detail: str) -> Outgoing:
    """Offer the cases that may be the same."""
    found = [case for each in pen.draft.similar if (case := pen.desk.session.get(Case, each)) is not None]
    key = "report.same" if len(found) == 1 else "report.same_number"
    rows = [(pen.button(key, "report_same", str(case.id), number=case.number),) for case in found]
    other, back = pen.button("report.other", "report_other"), pen.button("report.back", "report_back")
    lines = [
        pen.say(
            "report.similar_case", number=case.number, category=pen.name(case.category),
            place=parts.place(pen.desk, case, pen.language),
            when=pen.desk.words.moment(pen.language, case.reported_at, pen.desk.now),
        )
        for case in found
    ]  # fmt: skip
    return Outgoing(text=joined(pen.say("report.similar"), *lines), choices=(*rows, (other,), (back,)))


def another(pen: Pen, _detail: str) -> Outgoing:
    """Ask whether what came last is a report of its own."""
    came = Pen(pen.desk, pen.draft.newest, pen.chat, pen.language)
    apart = pen.button("report.apart", "report_apart", style="primary")
    text = joined(pen.say("report.another"), *came.filled(), pen.say("report.another_ask"))
    return Outgoing(text=text, choices=((apart,), (pen.button("report.put_in", "report_put_in"),)))


LISTS: dict[str, Callable[[Pen, str], Outgoing]] = {
    "category": likely,
    "classes": classes,
    "in": one_class,
    "search": search,
    "place": place,
    "more": more,
    "warning": warning,
    "similar": similar,
    ANOTHER: another,
}
"""The lists by the first word of the draft's view; what follows its colon is the detail."""
