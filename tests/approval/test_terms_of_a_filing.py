"""Which situation a filing is in, what is promised for it, and by when a renewal must be decided. Pure."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from backend.approval.terms import Terms, terms_of
from backend.cases.model import Fact
from backend.catalogue.pack_read import build
from tests.catalogue.packs import starter

PACK = build(starter())
ITEM = PACK.items["公共场所卫生许可"]
SHOP, FILING = uuid4(), uuid4()
TODAY = date(2026, 9, 25)


def fact(subject: UUID, element: str, value: Any, trust: Any = "D") -> Fact:
    at = datetime(2026, 9, 25, tzinfo=UTC)
    return Fact(subject=subject, element=element, value=value, source="answered", trust=trust, at=at)


def terms(case: str, until: str = "", trust: str = "B") -> Terms:
    facts = [fact(FILING, "filing.licence_case", case)]
    facts += [fact(SHOP, "business.hygiene_until", until, trust)] if until else []
    return terms_of(ITEM, {"applicant": (uuid4(),), "business": (SHOP,)}, FILING, facts, PACK, TODAY)


def test_each_situation_has_its_own_promise_and_the_others_the_items():
    assert (terms("new").situation, terms("new").limits.promised) == ("第一次办", 8)
    assert (terms("reissue").situation, terms("reissue").limits.promised) == ("丢了或坏了补一张", 1)


def test_a_renewal_in_time_is_decided_before_the_licence_expires():
    assert terms("renew", "2026-10-25").limits.by == date(2026, 10, 25)


def test_one_day_too_late_a_person_decides_without_that_day():
    assert terms("renew", "2026-10-24").limits.by is None


def test_nobody_gets_a_grant_from_a_day_that_only_she_names():
    assert terms("renew", "2026-10-25", trust="D").limits.by is None


def test_what_renews_nothing_has_no_such_day():
    assert terms("change", "2026-10-25").limits.by is None
    assert terms("renew").limits.by is None
