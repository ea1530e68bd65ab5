"""What a certificate says, how long, and what it is worth on a day. Pure.

Canonical JSON is that of RFC 8785 for what stands in a certificate: texts, whole numbers, true and false, lists and objects.
There are no fractions among stored answers (catalogue/answers.py), so the one hard part of that standard never comes up.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zlib import crc32

import msgspec

from backend.catalogue.model import CertificateType, Department
from backend.certificates.model import Content, Standing, State
from backend.core.codes import ALPHABET
from backend.core.i18n import _

STANDINGS = {
    Standing.VALID: _("有效"),
    Standing.NOT_YET: _("还没有生效"),
    Standing.EXPIRED: _("已过期"),
    Standing.SUSPENDED: _("已暂停使用"),
    Standing.REVOKED: _("已吊销"),
    Standing.REPLACED: _("已换成新的"),
    Standing.ALTERED: _("内容被改动过"),
}
MEANINGS = {
    Standing.VALID: _("现在可以用。"),
    Standing.NOT_YET: _("从生效那天起才能用。"),
    Standing.EXPIRED: _("有效期已经过了，不能再用。需要的话，请重新申请。"),
    Standing.SUSPENDED: _("发证机关暂停了它，恢复之前不能用。"),
    Standing.REVOKED: _("发证机关吊销了它，不能再用。"),
    Standing.REPLACED: _("后来发了新的，请用新的那一份。"),
    Standing.ALTERED: _("和签发时的内容对不上，不能用。请联系发证机关。"),
}
SOON = timedelta(days=60)
"""So long before its last day she is told that it ends."""


def canonical(content: Content) -> bytes:
    """The bytes that are signed."""
    return json.dumps(
        msgspec.to_builtins(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def standing_on(day: date, state: State, since: date, until: date | None, *, genuine: bool = True) -> Standing:
    """What is altered is worth nothing, whatever else is said of it; what was revoked stays so after its last day."""
    if not genuine:
        return Standing.ALTERED
    if state != "valid":
        return Standing(state)
    if day < since:
        return Standing.NOT_YET
    return Standing.EXPIRED if until and day > until else Standing.VALID


def ends_soon(day: date, until: date | None) -> bool:
    return until is not None and day <= until <= day + SOON


def last_day(kind: CertificateType, filed: Mapping[str, Any], begins: date) -> date | None:
    """Whole years, the day before it began; else what was filed as its last day; else none."""
    if kind.valid_years:
        return _years_later(begins, kind.valid_years) - timedelta(days=1)
    told = filed.get(kind.until) if kind.until else None
    try:
        until = date.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return until if until and until >= begins else None


def _years_later(day: date, years: int) -> date:
    """From 29 February it lasts through 28 February of a year that has no other."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def fields_of(kind: CertificateType, filed: Mapping[str, Any], until: date | None) -> dict[str, Any]:
    """What is written in one: what was filed and granted, what holding it means, and its last day where that is a field."""
    said = {element: filed[element] for element in kind.fields if filed.get(element) is not None}
    dated = {kind.until: until.isoformat()} if kind.until and until else {}
    return {**said, **dated, **kind.means}


def issuer_code(department: Department, region: str) -> str:
    """Its unified social credit code. Where the pack names none, a stand-in that no credit code can be: they never begin with 00."""
    return department.uscc or f"00{region}{department.code:0>10}"[:18]


def type_code(kind: CertificateType, issuer: str) -> str:
    """The 21 characters that name the type; where the pack has none, the issuer's own with three that follow from its name."""
    return kind.number or issuer + _three(crc32(kind.code.encode()))


def _three(number: int) -> str:
    return "".join(ALPHABET[number // 36**place % 36] for place in (2, 1, 0))
