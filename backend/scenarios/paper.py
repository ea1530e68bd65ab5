"""The end of a guide as a sheet of paper: plain data for pwa/print/checklist.typ, in the reader's language. Pure."""

from datetime import date
from typing import Any

from backend.catalogue.model import Item
from backend.core.clock import Calendar
from backend.core.i18n import DEFAULT, _, translate
from backend.core.render import date_zh
from backend.scenarios.checklist import Checklist
from backend.scenarios.journey import Journey
from backend.scenarios.showing import result_of

UNITS = {"workday": _("最慢 %(n)s 个工作日"), "day": _("最慢 %(n)s 天"), "month": _("最慢 %(n)s 个月")}


def paper_of(journey: Journey, on: date, days: Calendar, lang: str = DEFAULT) -> dict[str, Any]:
    shown = result_of(journey, on, days)
    said = lambda sentence, **params: translate(lang, sentence, params or None)  # noqa: E731
    ready: Checklist = shown["ready"]
    return {
        "title": journey.scenario.title,
        "lang": lang,
        "foot": said(_("%(day)s 打印，以主管部门公布为准"), day=date_zh(on)),
        "facts": _facts(ready, said) if shown["items"] else [],
        "heads": [said(_("要办的事")), said(_("要准备的材料")), said(_("您的回答")), said(_("另外提醒您"))],
        "nothing": said(_("按您说的，眼下没有要办的")),
        "items": [
            {
                "name": item["title"],
                "org": item["org"],
                "why": item["because"],
                "places": _places(journey, item["title"]),
            }
            for item in shown["items"]
        ],
        "materials": [
            {
                "name": thing.label,
                "for": "、".join(thing.items),
                "done": thing.ticked,
                "note": said(_("已经有了，不用交")) if thing.ticked else said(_("多半不用交")) if thing.held else "",
            }
            for thing in ready.materials
        ],
        "advice": shown["advice"],
        "answers": [[row["label"], row["value"]] for row in shown["known"] if row not in _private(journey, shown)],
    }


def _private(journey: Journey, shown: dict[str, Any]) -> list[dict[str, Any]]:
    """Personal answers stay off the paper, which lies about."""
    private = {one.text for one in journey.stands.answered if not one.public}
    return [row for row in shown["known"] if row["label"] in private]


def _facts(ready: Checklist, said: Any) -> list[str]:
    fee = [] if ready.fee is None else [said(_("全部免费")) if ready.fee == 0 else f"{ready.fee / 100:.2f} 元"]
    visits = said(_("%(n)s 跑动"), n=ready.visits)
    days = said(_("当天办好")) if ready.slowest == 0 else said(UNITS[ready.unit], n=ready.slowest)
    latest = [said(_("今天交，最晚 %(day)s 办好"), day=date_zh(ready.latest))] if ready.latest else []
    return [*fee, visits, days, *latest]


def _places(journey: Journey, name: str) -> list[str]:
    item: Item = journey.pack.items[name]
    return [journey.pack.departments[item.department].phones.enquiry]
