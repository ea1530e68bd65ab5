"""Two catalogues as their places really publish them, row by row into guides. Pure."""

from typing import Any

import msgspec

from backend.catalogue.intake_codes import LOCAL_TYPES, TYPES
from backend.catalogue.intake_model import Made
from backend.catalogue.intake_words import printable, tidy, web_address
from backend.catalogue.model import Guide, Unit
from backend.core.codes import read_task_code


class GuangdongRow(msgspec.Struct, frozen=True):
    task_code: str
    name: str
    dept: str
    area_code: str
    handle_item: str | None = None
    gd_type: str = ""
    parent: str = ""
    area: str = ""
    statutory: int | None = None
    statutory_unit: Unit | None = None
    promised: int | None = None
    promised_unit: Unit | None = None
    visits: int | None = None
    online: bool | None = None
    courier: bool | None = None
    themes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    condition: str | None = None
    place: str | None = None
    phone: str | None = None
    complain: str | None = None
    aliases: tuple[str, ...] = ()
    url: str | None = None


class QianfengRow(msgspec.Struct, frozen=True):
    dept: str
    name: str
    area_code: str
    item_code: str
    task_type: str = ""


def from_guangdong(data: dict[str, Any]) -> Made:
    row = msgspec.convert(data, GuangdongRow)
    odd = [("task_code", warning) for warning in read_task_code(row.handle_item or row.task_code).warnings]
    kind = LOCAL_TYPES.get(row.gd_type) or TYPES.get(row.gd_type)
    if row.gd_type in LOCAL_TYPES:
        odd.append(("gd_type", f"类型 {row.gd_type} 是地方代码，按国家标准记为 {LOCAL_TYPES[row.gd_type].code}"))
    elif kind is None:
        odd.append(("gd_type", f"不认识类型“{row.gd_type}”，留空"))
    themes = tuple(theme for theme in row.themes if theme != "其他")
    if len(themes) < len(row.themes):
        odd.append(("themes", "主题是“其他”，留空"))
    if row.statutory is None and row.promised is None:
        odd.append(("promised", "法定时限和承诺时限都没有"))
    elif row.statutory is None or row.promised is None:
        odd.append(("promised" if row.promised is None else "statutory", "没有这个时限"))
    elif row.statutory_unit == row.promised_unit and row.promised > row.statutory:
        odd.append(("promised", "承诺时限比法定时限还长"))
    guide = Guide(
        code=(row.handle_item or row.task_code).strip(),
        name=tidy(row.name),
        department=tidy(row.dept),
        region=row.area_code[:6],
        source="guangdong",
        type=kind,
        region_name=row.area,
        parent=tidy(row.parent),
        statutory=row.statutory,
        statutory_unit=row.statutory_unit,
        promised=row.promised,
        promised_unit=row.promised_unit,
        visits=row.visits,
        online=row.online,
        courier=row.courier,
        subjects=row.subjects,
        themes=themes,
        materials=row.materials,
        conditions=printable(row.condition),
        place=printable(row.place),
        enquiry=printable(row.phone),
        complaint=printable(row.complain),
        aliases=row.aliases,
        url=web_address(row.url),
    )
    return guide, odd


def from_qianfeng(data: dict[str, Any]) -> Made:
    row = msgspec.convert(data, QianfengRow)
    number = row.task_type.strip().zfill(2)
    odd = [("promised", "法定时限和承诺时限都没有")]
    if number not in TYPES:
        odd.append(("task_type", f"不认识类型“{row.task_type}”，留空"))
    guide = Guide(
        code=row.item_code.strip(),
        name=tidy(row.name),
        department=tidy(row.dept),
        region=row.area_code[:6],
        source="qianfeng",
        type=TYPES.get(number),
    )
    return guide, odd
