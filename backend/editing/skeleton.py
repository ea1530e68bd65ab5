"""A new item before anything is written in it: everything the format wants, nothing invented. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from backend.catalogue.model import UNCERTAIN_BASIS, CaseType, ItemType, Pack, Subject

NUMBERED = re.compile(r"(.+-)(\d{3,})")


def skeleton(pack: Pack, department: str) -> dict[str, Any]:
    """The guide rules then say what is still missing."""
    places = [code for code, office in pack.offices.items() if department in office.departments]
    return {
        "code": "",
        "name": "",
        "department": department,
        "type": str(ItemType.service),
        "case_type": str(CaseType.promised),
        "subjects": [str(Subject.person)],
        "themes": [],
        "summary": "",
        "conditions": "",
        "roles": {"applicant": "person"},
        "signs": ["applicant"],
        "asks": ["applicant.name", "applicant.id_number", "applicant.phone"],
        "materials": [],
        "limits": {"promised": 10},
        "result": {"name": "办理结果", "kind": "record"},
        "basis": [{"says": UNCERTAIN_BASIS}],
        "places": places[:1],
        "steps": [],
    }


def next_code(pack: Pack, department: str, taken: Iterable[str]) -> str:
    """The next number in the row the department's items have."""
    found = [match for code in taken if (match := NUMBERED.fullmatch(code))]
    letters = (
        re.sub(r"[^0-9A-Z]", "", pack.departments[department].code.upper())[-6:]
        if department in pack.departments
        else ""
    )
    row = Counter(match[1] for match in found).most_common(1)
    begin = row[0][0] if row else f"{pack.city.region}-{letters or 'NEW'}-"
    last = max((int(match[2]) for match in found if match[1] == begin), default=0)
    return f"{begin}{last + 1:03}"
