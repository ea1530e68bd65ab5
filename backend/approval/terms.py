"""The terms of one filing: the situation it is filed in, with its own promise, and the day a renewal must be decided by. Pure.

What the applicant says of her situation is enough for the promise made to her. That a licence expires on some day must
be vouched for (A or B): from it follows a grant that nobody decided (Licensing Law 50).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec

from backend.approval.rules import VOUCHED, Parties, evidence
from backend.cases.model import Fact as Filed
from backend.cases.model import Limits
from backend.catalogue.model import Item, Pack, Renewal
from backend.core.clock import Unit
from backend.core.conditions import Facts, judge


class Terms(msgspec.Struct, frozen=True):
    limits: Limits
    situation: str = ""


def terms_of(item: Item, parties: Parties, filing: UUID, facts: Sequence[Filed], pack: Pack, on: date) -> Terms:
    """`on`: the day of receipt."""
    known = evidence(item, parties, filing, facts, pack, on)
    situation = next((one for one in item.situations if judge(one.when, known).verdict), None)
    limits = Limits(
        promised=item.limits.promised if situation is None or situation.promised is None else situation.promised,
        statutory=item.limits.statutory,
        unit=Unit(item.limits.unit),
        by=_renewed_until(item.renewal, known, on) if item.renewal else None,
    )
    return Terms(limits, situation.name if situation else "")


def _renewed_until(renewal: Renewal, known: Facts, on: date) -> date | None:
    """The last day of what is renewed, if the application came in time and somebody vouches for that day."""
    fact = known.known.get(renewal.expires)
    if fact is None or fact.trust not in VOUCHED or not isinstance(fact.value, date):
        return None
    in_time = on <= fact.value - timedelta(days=renewal.apply_days_before)
    return fact.value if in_time and judge(renewal.when, known).verdict else None
