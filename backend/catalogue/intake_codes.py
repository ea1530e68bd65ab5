"""Local codes into our own words. Places differ in digits; a code that no table knows is told and left out. Pure.

GB/T 39046-2020 annex A is the national list; the older engineering standards and some provinces write other digits.
"""

from backend.catalogue.model import ITEM_TYPE_CODES, CaseType, ItemType, Subject, Unit

TYPES: dict[str, ItemType] = {code: kind for kind, code in ITEM_TYPE_CODES.items()} | {kind: kind for kind in ItemType}
LOCAL_TYPES = {"20": ItemType.other, "21": ItemType.service}  # Guangdong's own digits for the last two types

UNITS: dict[str, Unit] = {
    "1": "workday", "工作日": "workday", "个工作日": "workday", "g": "workday", "workday": "workday",
    "2": "day", "自然日": "day", "天": "day", "日": "day", "z": "day", "day": "day",
    "5": "month", "月": "month", "个月": "month", "month": "month",
}  # fmt: skip

CASE_TYPES = {
    "1": CaseType.immediate,
    "即办件": CaseType.immediate,
    "2": CaseType.promised,
    "承诺件": CaseType.promised,
}
UNKNOWN_CASE_TYPES = {"3", "4", "9"}  # joint, reported upward, other: known words without a meaning here

SUBJECTS = {"1": Subject.person, "2": Subject.enterprise, "3": Subject.institution, "4": Subject.society} | {
    str(subject): subject for subject in Subject
}
NATIONAL_SUBJECTS = {"5": Subject.organ, "6": Subject.other}
OLDER_SUBJECTS = {"5": Subject.unincorporated, "6": Subject.organ, "9": Subject.other}

DEPTHS = {"I": 1, "II": 2, "III": 3, "IV": 4, "Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4}
DEPTHS |= {"一级": 1, "二级": 2, "三级": 3, "四级": 4}
YES = {"1": True, "是": True, "y": True, "true": True, "0": False, "否": False, "n": False, "false": False}


def subjects_of(codes: list[str]) -> tuple[list[Subject], list[str]]:
    """The subjects, and what is unknown. One "9" shows that the older digits are meant."""
    table = SUBJECTS | (OLDER_SUBJECTS if "9" in codes else NATIONAL_SUBJECTS)
    return [table[code] for code in codes if code in table], [code for code in codes if code not in table]
