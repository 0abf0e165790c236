"""Codes of the inner rooms, as sentences in the diner's language."""

from datetime import datetime, timedelta

from webapp.doors.shop.frame import _, clock_time, day_words, language
from webapp.nouns.catalog.item import MenuGroup, MenuItem
from webapp.nouns.catalog.menu import Menu
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.merchant.pickup import next_slot, open_now
from webapp.nouns.pricing import Problem

DAY = timedelta(hours=24)


def problem_words(menu: Menu, problem: Problem) -> str:
    """Why a line cannot be sold as asked, and what to do about it. An unknown code still gets a whole sentence."""
    item = menu.item(str(problem.params.get("sku", "")))
    group = _group_name(menu, problem)
    course = _course_name(menu, problem)
    values = {
        "dish": menu.text(item.name, language()) if item else "",
        "group": group or course,
        "min": problem.params.get("min", 1),
        "max": problem.params.get("max", 1),
    }
    return _sentence(problem.code, served_words(item) if item else "") % values


def _sentence(code: str, served: str) -> str:
    sentences = {
        "unknown_product": _("This dish is no longer on the menu."),
        "not_sold_here": _("This store does not sell this dish."),
        "sold_out": _("%(dish)s is sold out."),
        "not_at_this_hour": served or _("%(dish)s is not served at that time."),
        "not_in_this_mode": _("%(dish)s cannot be ordered this way."),
        "option_unknown": _("One of these choices no longer exists. Please choose again."),
        "option_sold_out": _("One of these choices is sold out: %(group)s. Please choose another one."),
        "option_required": _("Please choose: %(group)s."),
        "too_few_options": _("Please choose at least %(min)s: %(group)s."),
        "too_many_options": _("Please choose at most %(max)s: %(group)s."),
        "course_missing": _("Please choose: %(group)s."),
        "course_choice_unknown": _("This choice is not part of the set menu. Please choose another one: %(group)s."),
        "quantity_out_of_range": _("The quantity is a number from 1 to 99."),
    }
    return sentences.get(code, _("This dish cannot be ordered as it is. Please choose again."))


def _groups(menu: Menu) -> dict[str, MenuGroup]:
    return {group.id: group for item in menu.items.values() for group in item.groups}


def _group_name(menu: Menu, problem: Problem) -> str:
    wanted = problem.params.get("group")
    group = _groups(menu).get(str(wanted)) if wanted else None
    return menu.text(group.name, language()) if group else ""


def _course_name(menu: Menu, problem: Problem) -> str:
    wanted = problem.params.get("course")
    for item in menu.items.values():
        course = item.course(str(wanted)) if wanted else None
        if course is not None:
            return menu.text(course.name, language())
    return ""


def served_words(item: MenuItem) -> str:
    """When the kitchen makes this dish: "Served 08:00–11:00"; "" when there is no limit."""
    if not item.hours:
        return ""
    spans = ", ".join(f"{_time(start)}–{_time(end)}" for start, end in item.hours)
    return _("Served %(hours)s", hours=spans)


def _time(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def note_words(code: str, at_most: int) -> str:
    """Why a note cannot be kept."""
    if code == "too_long":
        return _("The note is too long: %(max)s characters at most. It was not cut, please shorten it.", max=at_most)
    return _("The note cannot be kept as it is. Please write it another way.")


def when_words(moment: datetime, store: StoreFacts) -> str:
    """A moment in the store's time: "today at 12:15"."""
    return _("%(day)s at %(time)s", day=day_words(moment, store), time=clock_time(moment, store))


def hours_words(store: StoreFacts, moment: datetime) -> str:
    """Open or closed at this moment, in the store's time: "Open now, until 22:30", "Opens tomorrow at 11:30"."""
    if open_now(store, moment):
        closes = store.opening.closing(moment)
        if closes is None or closes - moment >= DAY:
            return _("Open day and night")
        return _("Open now, until %(time)s", time=clock_time(closes, store))
    opens = store.opening.next_opening(moment)
    return _("Opens %(when)s", when=when_words(opens, store)) if opens else _("Closed until further notice")


def paused_words(store: StoreFacts) -> str:
    """What a store that pauses says, whoever asks and for whatever reason."""
    return _("%(name)s does not take orders at the moment.", name=store.name)


def paused_until_words(store: StoreFacts, moment: datetime) -> str:
    """Until when, where that is known: "Orders are taken again from 14:30."; "" where it is not."""
    known = store.refusal(moment) == "paused" and store.paused_until is not None
    if not known or store.paused_until is None:
        return ""
    return _("Orders are taken again from %(time)s.", time=clock_time(store.paused_until, store))


def closed_reason(store: StoreFacts, moment: datetime) -> str:
    """What the store says about this very day ("Christmas Eve: closed in the evening."); "" when nothing."""
    note = store.opening.note_on(moment.astimezone(store.zone).date())
    return note.get(language()) or note.get(store.merchant.default_language) or ""


def pickup_words(store: StoreFacts, moment: datetime) -> str | None:
    """The next pick-up time in words; None when the store offers none."""
    slot = next_slot(store, moment) if "collect" in store.modes else None
    return _("Next pick-up %(when)s", when=when_words(slot.starts_at, store)) if slot else None
