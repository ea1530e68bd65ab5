"""The first draft of an item out of a guide that was imported: what the guide knows, nothing invented. Pure."""

import re
from typing import Any

from backend.catalogue.model import UNCERTAIN_BASIS, CaseType, Guide, Pack, Subject
from backend.editing.skeleton import skeleton

CODE = re.compile(r"[0-9A-Z][0-9A-Z-]{5,49}")
PLAIN = re.compile(r"[\s（）()《》〈〉、，。·“”]")


def keeps_code(code: str) -> bool:
    """The same matter has the same code everywhere, where it can be one of ours."""
    return CODE.fullmatch(code) is not None


def from_guide(pack: Pack, department: str, guide: Guide) -> dict[str, Any]:
    """The guide rules then say what is still missing. Materials only where the city's list has one of that very name."""
    raw = skeleton(pack, department)
    themes = {theme for shelf in pack.city.themes.values() for theme in shelf}
    raw |= {
        "name": guide.name[:100],
        "type": str(guide.type or raw["type"]),
        "case_type": str(guide.case_type or (CaseType.immediate if guide.promised == 0 else CaseType.promised)),
        "subjects": [one for one in guide.subjects if one in set(Subject)] or raw["subjects"],
        "themes": [one for one in guide.themes if one in themes],
        "conditions": guide.conditions,
        "materials": _materials(pack, guide),
        "limits": _limits(guide),
        "visits": {"count": guide.visits or 0, "reason": guide.visits_reason if guide.visits else ""},
        "online": guide.online is not False,
        "mail": bool(guide.courier),
        "quantity": guide.quantity,
        "intermediary": guide.intermediary,
        "aliases": list(guide.aliases),
        "basis": [{"says": UNCERTAIN_BASIS}],
    }
    if guide.depth:
        raw["depth"] = guide.depth
    if guide.result:
        raw["result"] = raw["result"] | {"name": guide.result}
    if guide.charged:
        raw["fee"] = {"charged": True, "standard": guide.fee, "basis": guide.fee_basis or UNCERTAIN_BASIS}
    return raw


def _limits(guide: Guide) -> dict[str, Any]:
    unit = guide.promised_unit or guide.statutory_unit or "workday"
    limits: dict[str, Any] = {"promised": 10 if guide.promised is None else guide.promised, "unit": unit}
    if guide.statutory is not None and (guide.statutory_unit or unit) == unit:
        limits["statutory"] = guide.statutory
    return limits


def _materials(pack: Pack, guide: Guide) -> list[str]:
    """The applicant's, for a person: other roles are the editor's to name."""
    known = {_plain(one.label): code for code, one in pack.materials.items() if one.kind == "person"}
    found = (known.get(_plain(name)) for name in guide.materials)
    return list(dict.fromkeys(f"applicant.{code.partition('.')[2]}" for code in found if code))


def _plain(name: str) -> str:
    return PLAIN.sub("", name)
