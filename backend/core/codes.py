"""Numbers people copy by hand: case and order numbers, resident IDs, credit codes, item codes. Pure.

A right check character proves that nothing was mistyped. It proves nothing about a person or a firm.
"""

import re
import unicodedata
from datetime import date
from typing import Literal

import msgspec

from backend.core.i18n import _

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: without I O S V Z
ID_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))  # GB 11643, ISO 7064 MOD 11-2
USCC_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
PROVINCES = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71")  # GB/T 2260, first two digits
RESIDENCE_PERMITS = frozenset({"810000", "820000", "830000"})  # Hong Kong, Macao, Taiwan residents living here
CERTIFICATES = "1.2.156.3005.2"  # GB/T 36904: the identifier of every electronic certificate begins so
OLDEST_BIRTH = date(1900, 1, 1)


class CodeError(ValueError):
    """Not such a code; `str()` is a sentence for the person who typed it."""


class Number(msgspec.Struct, frozen=True):
    kind: Literal["case", "order"]
    region: str
    day: date
    serial: int
    text: str  # as it is stored and shown


class ResidentId(msgspec.Struct, frozen=True):
    text: str
    region: str  # where it was first issued; not where she lives
    birth: date
    sex: Literal["male", "female"]
    residence_permit: bool  # of a Hong Kong, Macao or Taiwan resident


class CertificateNumber(msgspec.Struct, frozen=True):
    """GB/T 36904. `kind`: who defined this type of certificate, a credit code, and 3 characters; `issuer`: a credit code."""

    text: str  # as it is stored and shown, with dots
    kind: str
    issuer: str
    serial: str
    version: int


class TaskCode(msgspec.Struct, frozen=True):
    """The parts of an item's code; a part the code is too short for is empty. Real data is dirty: see `warnings`."""

    text: str
    department: str  # credit code of the department, 18
    level: str  # exercising level, 1
    catalogue: str  # 12: the item as the catalogue knows it
    province: str
    item_type: str
    main: str
    sub: str
    handle: str  # 2, of a 33-character code
    warnings: tuple[str, ...]


def clean(typed: str) -> str:
    """What was meant: full-width and small letters, blanks and dashes are ways of typing, not part of a code."""
    return re.sub(r"[\s\-‐-―−·.]", "", unicodedata.normalize("NFKC", typed)).upper()


def masked(text: str) -> str:
    """First three and last two, for lists and receipts; too short a text hides wholly."""
    return f"{text[:3]}{'*' * (len(text) - 5)}{text[-2:]}" if len(text) > 8 else "*" * len(text)


def check_character(text: str) -> str:
    """ISO 7064 MOD 37,36 over digits and capital letters (as in GB/T 36904 certificate identifiers)."""
    product = 36
    for character in text:
        product = ((product + ALPHABET.index(character)) % 36 or 36) * 2 % 37
    return ALPHABET[(37 - product) % 36]


def case_number(region: str, day: date, serial: int) -> str:
    """21 characters: region 6, day 8, serial 6, check 1."""
    return _numbered("", region, day, serial)


def order_number(region: str, day: date, serial: int) -> str:
    """A case number's shape behind a D: 22 characters."""
    return _numbered("D", region, day, serial)


def read_number(typed: str) -> Number:
    text = clean(typed)
    found = re.fullmatch(r"(D?)([0-9]{6})([0-9]{8})([0-9]{6})([0-9A-Z])", text)
    if not found:
        raise CodeError(_("办件编号是 21 位，订单编号以 D 开头、是 22 位。请对照回执再看一遍。"))
    if check_character(text[:-1]) != text[-1]:
        raise CodeError(_("这个编号里有一位不对。请对照回执再看一遍。"))
    day = _calendar_day(found[3])
    if day is None:
        raise CodeError(_("这个编号里有一位不对。请对照回执再看一遍。"))
    return Number("order" if found[1] else "case", found[2], day, int(found[4]), text)


def certificate_number(kind: str, issuer: str, serial: str, version: int) -> str:
    """The identifier of an electronic certificate; the check character is counted without dots and without the prefix."""
    body = f"{kind}.{issuer}.{serial}.{version:03}"
    if not re.fullmatch(r"[0-9A-Z]{21}\.[0-9A-Z]{18}\.[0-9A-Z]{1,32}\.[0-9]{3}", body):
        raise ValueError(f"no number for a certificate of {kind!r} by {issuer!r}")
    return f"{CERTIFICATES}.{body}.{check_character(body.replace('.', ''))}"


def read_certificate_number(typed: str) -> CertificateNumber:
    text = clean(typed)
    found = re.fullmatch(r"1215630052([0-9A-Z]{21})([0-9A-Z]{18})([0-9A-Z]{1,32})([0-9]{3})([0-9A-Z])", text)
    if not found:
        raise CodeError(_("电子证照标识以 1.2.156.3005.2 开头。请对照证照再看一遍。"))
    kind, issuer, serial, version = found[1], found[2], found[3], int(found[4])
    if check_character(text[10:-1]) != text[-1]:
        raise CodeError(_("这个电子证照标识里有一位不对。请对照证照再看一遍。"))
    return CertificateNumber(certificate_number(kind, issuer, serial, version), kind, issuer, serial, version)


def read_resident_id(typed: str, today: date) -> ResidentId:
    text = clean(typed)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        raise CodeError(_("身份证号码是 18 位，最后一位可能是 X。请对照证件再看一遍。"))
    region, birth = text[:6], _calendar_day(text[6:14])
    if region not in RESIDENCE_PERMITS and not PROVINCES.match(region):
        raise CodeError(_("身份证号码的前 6 位不对。请对照证件再看一遍。"))
    if birth is None or not OLDEST_BIRTH <= birth <= today:
        raise CodeError(_("身份证号码里的出生日期不对。请对照证件再看一遍。"))
    if _id_check(text[:17]) != text[17]:
        raise CodeError(_("身份证号码里有一位不对。请对照证件再看一遍。"))
    return ResidentId(text, region, birth, "male" if int(text[16]) % 2 else "female", region in RESIDENCE_PERMITS)


def read_credit_code(typed: str) -> str:
    """The unified social credit code (GB 32100), cleaned."""
    text = clean(typed)
    if not re.fullmatch(rf"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}", text):
        raise CodeError(_("统一社会信用代码是 18 位，没有字母 I、O、S、V、Z。请对照营业执照再看一遍。"))
    if _credit_check(text[:17]) != text[17]:
        raise CodeError(_("统一社会信用代码里有一位不对。请对照营业执照再看一遍。"))
    return text


def read_task_code(text: str) -> TaskCode:
    """12 (catalogue), 31 (implementation) or 33 (one way of handling it) characters; anything odd is a warning."""
    text = text.strip()
    department, level = ("", "") if len(text) < 31 else (text[:18], text[18])
    catalogue = text[19:31] if department else text[:12]
    return TaskCode(
        text=text,
        department=department,
        level=level,
        catalogue=catalogue,
        province=catalogue[:2],
        item_type=catalogue[2:4],
        main=catalogue[4:9],
        sub=catalogue[9:12],
        handle=text[31:33],
        warnings=tuple(_doubts(text, department, level, catalogue)),
    )


def _doubts(text: str, department: str, level: str, catalogue: str) -> list[str]:
    doubts = []
    if len(text) not in (12, 31, 33):
        doubts.append(_("事项编码应为 12、31 或 33 位"))
    if department and not _is_credit_code(department):
        doubts.append(_("实施编码前 18 位不是有效的统一社会信用代码"))
    if department and level not in "1234567":
        doubts.append(_("实施编码第 19 位不是行使层级 1–7"))
    if not re.fullmatch(r"[0-9]{9}[0-9]{2}[0-9Y]", catalogue):
        doubts.append(_("基本编码应为 12 位数字，末位可为 Y"))
    if len(text) == 33 and not re.fullmatch(r"0[1-9]|[1-9][0-9]", text[31:]):
        doubts.append(_("办理项编码末两位应为 01–99"))
    return doubts


def _is_credit_code(text: str) -> bool:
    try:
        return read_credit_code(text) == text
    except CodeError:
        return False


def _numbered(letter: str, region: str, day: date, serial: int) -> str:
    if not re.fullmatch(r"[0-9]{6}", region) or not 1 <= serial <= 999_999:
        raise ValueError(f"no number for region {region!r}, serial {serial}")
    text = f"{letter}{region}{day:%Y%m%d}{serial:06}"
    return text + check_character(text)


def _calendar_day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _id_check(first17: str) -> str:
    return "10X98765432"[sum(w * int(c) for w, c in zip(ID_WEIGHTS, first17, strict=True)) % 11]


def _credit_check(first17: str) -> str:
    total = sum(w * USCC_ALPHABET.index(c) for w, c in zip(USCC_WEIGHTS, first17, strict=True))
    return USCC_ALPHABET[-total % 31]
