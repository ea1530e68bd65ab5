"""An item's form on paper, made of its own questions: blank to fill in by hand, or filled in for somebody who plainly
does not exist. Pure; set by `pwa/print/form.typ`."""

from datetime import date
from typing import Any

import msgspec

from backend.catalogue.model import Ask, Element, ElementType, Example, Item, MaterialNeed, Pack
from backend.catalogue.pack_examples import facts_of_example
from backend.catalogue.situations import situation
from backend.core.conditions import judge

BOXES = {ElementType.id_number: 18, ElementType.uscc: 18, ElementType.phone: 11, ElementType.postcode: 6}
TALL = (ElementType.long_text, ElementType.address)
NOBODY = "演示甲"
# What nobody has: no such number passes its own check.
SAMPLES = {
    ElementType.text: "（照实填写）", ElementType.long_text: "（照实填写，说清楚就行）", ElementType.uscc: "91460100MA00000000",
    ElementType.phone: "10000000000", ElementType.email: "shili@example.com", ElementType.date: "2026-01-05", ElementType.years: "30",
    ElementType.number: "2", ElementType.money: "3000", ElementType.area: "90", ElementType.region: "海口市龙华区",
    ElementType.address: "海口市龙华区示例路 1 号 2 栋 303", ElementType.bank_card: "0000 0000 0000 0000 000",
    ElementType.postcode: "000000",
}  # fmt: skip


class Line(msgspec.Struct, frozen=True):
    """One question. `boxes`: one for each character; `choices` with a box to tick before each; `value` and `ticked`: the
    sample's; `when`: only in this case; `spared`: not this case, so nothing is written."""

    label: str
    hint: str
    when: str
    kind: str
    boxes: int = 0
    tall: bool = False
    unit: str = ""
    choices: tuple[str, ...] = ()
    value: str = ""
    ticked: tuple[str, ...] = ()
    spared: bool = False


class Group(msgspec.Struct, frozen=True):
    """What is asked about one person or thing."""

    title: str
    lines: tuple[Line, ...]


class Paper(msgspec.Struct, frozen=True):
    """One material to hand in along with the form."""

    label: str
    ticked: bool


class PaperForm(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    lang: str
    sample: bool
    department: str
    code: str
    version: int
    groups: tuple[Group, ...]
    materials: tuple[Paper, ...]
    mistakes: tuple[str, ...]
    signs: tuple[str, ...]
    agent: bool
    foot: str


def paper_form(pack: Pack, item: Item, version: int, *, sample: bool) -> PaperForm:
    """In the pack's language: an office reads it."""
    department = pack.departments[item.department]
    return PaperForm(
        title=f"{item.name}{'' if item.name.endswith('申请') else '申请'}表",
        lang="zh-Hans",
        sample=sample,
        department=department.name,
        code=item.code,
        version=version,
        groups=_groups(pack, item, sample),
        materials=tuple(_material(pack, item, need, sample=sample) for need in item.materials),
        mistakes=_mistakes(pack, item),
        signs=tuple(item.roles[role].label for role in item.signs),
        agent=item.agent,
        foot=f"{item.code} · 第 {version} 版 · 咨询 {department.phones.enquiry}",
    )


def _groups(pack: Pack, item: Item, sample: bool) -> tuple[Group, ...]:
    example = _example(item) if sample else None
    groups: dict[str, list[Line]] = {}
    for ask in item.asks:
        role = ask.fact.partition(".")[0]
        title = item.roles[role].label if role in item.roles else "本次申请"
        groups.setdefault(title, []).append(_line(pack, item, ask, example, sample))
    return tuple(Group(title, tuple(lines)) for title, lines in groups.items())


def _example(item: Item) -> Example | None:
    """Somebody who gets it, else somebody an officer decides about."""
    for wanted in ("granted", "undecided"):
        for example in item.examples:
            if example.expect == wanted:
                return example
    return None


def _line(pack: Pack, item: Item, ask: Ask, example: Example | None, sample: bool) -> Line:
    element = pack.elements[item.element_of(ask.fact)]
    line = Line(
        label=element.label,
        hint=element.help,
        when=situation(pack, item, ask.when) if ask.when else "",
        kind=str(element.type),
        boxes=BOXES.get(element.type, 0),
        tall=element.type in TALL,
        unit="元" if element.type is ElementType.money and not element.unit else element.unit,
        choices=("是", "否") if element.type is ElementType.yes_no else tuple(element.options.values()),
    )
    return _filled(pack, item, ask, element, line, example) if sample else line


def _filled(pack: Pack, item: Item, ask: Ask, element: Element, line: Line, example: Example | None) -> Line:
    if ask.when and example and judge(ask.when, facts_of_example(pack, item, example)).verdict is False:
        return msgspec.structs.replace(line, spared=True)
    plain = (example.facts if example else {}).get(ask.fact)
    if line.choices:
        return msgspec.structs.replace(line, ticked=_ticked(element, plain))
    return msgspec.structs.replace(line, value=_value(pack, ask, element, plain, example))


def _ticked(element: Element, plain: Any) -> tuple[str, ...]:
    if element.type is ElementType.yes_no:
        return ("是",) if plain in (True, "yes") else ("否",)
    chosen = plain if isinstance(plain, list) else [plain]
    found = tuple(element.options[one] for one in chosen if one in element.options)
    return found or tuple(element.options.values())[:1]


def _value(pack: Pack, ask: Ask, element: Element, plain: Any, example: Example | None) -> str:
    match element.type:
        case ElementType.id_number:
            return _number(ask, example)
        case ElementType.region if plain:
            return pack.city.regions.get(str(plain), str(plain))
        case ElementType.money if isinstance(plain, int):
            return f"{plain / 100:g}"
    if plain not in (None, ""):
        return str(plain)
    if element.type is ElementType.text and any(word in element.label for word in ("姓名", "户名", "联系人")):
        return NOBODY
    return element.example or SAMPLES.get(element.type, "（照实填写）")


def _number(ask: Ask, example: Example | None) -> str:
    """Of the day of birth of the example; its last character is never the right one."""
    role = ask.fact.partition(".")[0]
    born = str((example.facts if example else {}).get(f"{role}.birth_date", "1990-01-01"))
    try:
        day = date.fromisoformat(born)
    except ValueError:
        day = date(1990, 1, 1)
    front = f"460100{day:%Y%m%d}000"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    right = sum(int(digit) * weight for digit, weight in zip(front, weights, strict=True)) % 11
    return front + ("1" if right == 1 else "0")  # 0 is right only where the sum leaves 1


def _material(pack: Pack, item: Item, need: MaterialNeed, *, sample: bool) -> Paper:
    label, said = pack.materials[item.material_of(need.material)].label, ""
    if need.when:
        said = situation(pack, item, need.when)
    example = _example(item)
    needed = not (need.when and example) or judge(need.when, facts_of_example(pack, item, example)).verdict is not False
    return Paper(f"{label}（{said}）" if said else label, sample and needed)


def _mistakes(pack: Pack, item: Item) -> tuple[str, ...]:
    """The item's own first, then what goes wrong with its materials."""
    materials = (pack.materials[item.material_of(need.material)] for need in item.materials)
    of_materials = (f"{one.label}：{mistake}" for one in materials for mistake in one.mistakes)
    return tuple(dict.fromkeys((*item.mistakes, *of_materials)))
