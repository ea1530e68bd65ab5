"""A few elements and facts to judge rules over, in the tests."""

from datetime import date
from typing import Any

from backend.core.conditions import Fact, Facts, Judgement, Meaning, decode, judge

TODAY = date(2026, 11, 22)
MEANINGS = {
    "person.age": Meaning(whole=True, derived="years_since", of=("person.birth_date",), asked=False),
    "person.birth_date": Meaning(derived="birth_date_of_id", of=("person.id_number",)),
    "person.sex": Meaning(choices=("male", "female"), derived="sex_of_id", of=("person.id_number",)),
    "family.income_each": Meaning(derived="per_head", of=("family.income", "family.heads"), asked=False),
}
KINDS = {"applicant": "person", "spouse": "person", "home": "family", "members": "person"}
AGED = {"fact": "applicant.age", "at_least": 80, "say": "年满 80 周岁"}
LOCAL = {"fact": "applicant.household", "within": "460100", "say": "户籍在海口"}
FRESH = {"not": {"fact": "applicant.allowance", "is": True}, "say": "没有重复领取"}
FITS = {"all": [AGED, LOCAL, FRESH]}


def facts(known: dict[str, Any] | None = None, **more: Any) -> Facts:
    filled = {key: value if isinstance(value, Fact) else Fact(value) for key, value in (known or {}).items()}
    return Facts(filled, **{"kinds": KINDS, "meanings": MEANINGS, "on": TODAY, **more})


def judged(rule: dict[str, Any], known: dict[str, Any] | None = None, **more: Any) -> Judgement:
    return judge(decode(rule), facts(known, **more))
