"""A word of the vocabulary between its form and its stored data. Pure."""

import re
from typing import Any

import msgspec

from backend.catalogue.model import Element, Material, Pack
from backend.catalogue.pack_format import DepartmentFile, OfficeFile
from backend.catalogue.pack_read import told
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.editing.lists import Groups, Lists, options_of

Raw = dict[str, Any]
TYPES: dict[str, type[msgspec.Struct]] = {
    "office": OfficeFile,
    "department": DepartmentFile,
    "element": Element,
    "material": Material,
}
FIELD = re.compile(r"[a-z][a-z0-9_]{0,49}")
ELEMENT_TYPES = {
    "text": _("一行字"), "long_text": _("几行字"), "id_number": _("身份证号"), "uscc": _("统一社会信用代码"), "phone": _("手机号"),
    "email": _("邮箱"), "date": _("日期"), "years": _("年数"), "yes_no": _("是或否"), "choice": _("选一个"), "choices": _("选几个"),
    "number": _("数"), "money": _("钱"), "area": _("面积"), "region": _("地区"), "address": _("地址"), "bank_card": _("银行卡号"),
    "postcode": _("邮政编码"),
}  # fmt: skip
SENSITIVITIES = {"public": _("可以公开"), "personal": _("个人信息"), "secret": _("敏感个人信息")}
TRUSTS = {
    "A": _("发证机关的"),
    "B": _("核验过的"),
    "C": _("上传的"),
    "D": _("自己说的"),
}

EXCLUDES = {
    "nothing": _("还能承诺"),
    "item": _("这件事不能再承诺"),
    "department": _("这个部门的事都不能再承诺"),
}


def new_code(kind: str, about: str, field: str, pack: Pack) -> str:
    """`person.nickname` of a new element; ValueError where it can be none."""
    if not FIELD.fullmatch(field):
        raise ValueError(field)
    if kind == "office":
        return field
    if about != "filing" and about not in pack.city.kinds:
        raise ValueError(about)
    return f"{about}.{field}"


def blank(kind: str, department: str, region: str, label: str) -> Raw:
    """Everything the format wants; what is empty is for the editor."""
    match kind:
        case "element":
            return {"label": label, "type": "text", "topic": ""}
        case "material":
            return {"label": label, "satisfied_by": [{"file": {}}]}
    phones = {"enquiry": "", "complaint": ""}
    return {
        "name": label, "departments": [department], "region": region, "address": "", "window": "", "opens": "", "phones": phones,
    }  # fmt: skip


def whole(kind: str, code: str, data: Raw) -> Raw:
    """With every default written out."""
    written: Raw = msgspec.to_builtins(_converted(kind, code, data))
    return written


def _converted(kind: str, code: str, data: Raw) -> msgspec.Struct:
    return msgspec.convert({**data, "code": code} if kind in ("element", "material") else data, TYPES[kind])


def trimmed(kind: str, code: str, before: Raw, page: Raw) -> Raw:
    """The form's page over the data: what means the same stays as it was written, defaults are left out."""
    fresh = _tidy({**before, **{key: value for key, value in page.items() if value is not None}})
    fresh = {key: value for key, value in fresh.items() if key in before or page.get(key) is not None}
    old, new = whole(kind, code, before), whole(kind, code, fresh)
    kept = {}
    for key, value in fresh.items():
        if key in before and old[key] == new[key]:
            kept[key] = before[key]
        elif not (key in _defaults(kind) and new[key] == _defaults(kind)[key]):
            kept[key] = value
    return kept


def _tidy(data: Raw) -> Raw:
    """Formats that nobody ticked are the usual ones."""
    if "satisfied_by" not in data:
        return data
    ways = [
        {k: {n: v for n, v in way[k].items() if v not in (None, [], "")} if k == "file" else way[k] for k in way}
        for way in data["satisfied_by"]
    ]
    return {**data, "satisfied_by": ways}


def _defaults(kind: str) -> Raw:
    found = {}
    for field in msgspec.structs.fields(TYPES[kind]):
        if field.default is not msgspec.NODEFAULT:
            found[field.name] = msgspec.to_builtins(field.default)
        elif field.default_factory is not msgspec.NODEFAULT:
            found[field.name] = msgspec.to_builtins(field.default_factory())
    return found


def converts(kind: str, code: str, data: Raw) -> Problem | None:
    """Why this cannot be such a word at all."""
    try:
        _converted(kind, code, data)
    except msgspec.ValidationError as error:
        place = re.search(r"\$\.(\w+)", str(error))
        return Problem(_("还不对：%(why)s"), place[1] if place else "label", {"why": told(str(error))})
    return None


def lists_for(pack: Pack) -> Lists:
    """What may be chosen in the form of a word."""
    plain = {
        "departments": {short: one.name for short, one in pack.departments.items()},
        "regions": dict(pack.city.regions),
        "element_types": ELEMENT_TYPES,
        "sensitivities": SENSITIVITIES,
        "trusts": TRUSTS,
        "excludes": EXCLUDES,
        "certificates": {code: one.label for code, one in pack.certificates.items()},
        "registers": {code: one.label for code, one in pack.registers.items()},
        "items": {name: name for name in pack.items},
        "formats": {"jpeg": "JPEG", "png": "PNG", "pdf": "PDF"},
    }
    groups: dict[str, Groups] = {name: (("", options_of(words)),) for name, words in plain.items()}
    return Lists(groups, {})
