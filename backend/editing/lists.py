"""What an editor may choose from: the city's own vocabulary, and the words of the format. Pure."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from backend.catalogue.model import CaseType, Item, ItemType, Pack, Subject
from backend.catalogue.rule_words import named_element
from backend.core.conditions_form_rows import Option
from backend.core.conditions_form_values import Named
from backend.core.i18n import _

Groups = tuple[tuple[str, tuple[Option, ...]], ...]

FIXED: dict[str, dict[str, str]] = {
    "types": {str(one): str(one) for one in ItemType},
    "case_types": {str(one): str(one) for one in CaseType},
    "subjects": {str(one): str(one) for one in Subject},
    "units": {"workday": _("工作日"), "day": _("天"), "month": _("个月")},
    "spans": {"one": _("一个"), "?": _("可以没有"), "[0..12]": _("零到十二个"), "[1..12]": _("一到十二个")},
    "depths": {
        "1": _("1 级：网上能看"),
        "2": _("2 级：网上能预审"),
        "3": _("3 级：网上能受理"),
        "4": _("4 级：全程网办"),
    },
    "levels": {
        "said": _("不核实：她自己说的就行"),
        "code": _("收一个验证码"),
        "verified": _("核实过身份：统一身份认证或窗口"),
    },
    "per": {"year": _("每年"), "ever": _("一共")},
    "looks": {"daily": _("每天"), "weekly": _("每周"), "monthly": _("每月")},
    "offered_per": {"once": _("一共一次"), "year": _("每年一次")},
    "silences": {"escalate": _("催办，等它答复"), "consent": _("当作同意")},
    "outcomes": {"granted": _("当场批准"), "undecided": _("由人来看"), "false": _("不符合条件")},
    "results": {
        "certificate": _("证照"),
        "approval": _("批文"),
        "document": _("决定书或文件"),
        "payment": _("发钱"),
        "record": _("登记"),
    },
    "deliveries": {"electronic": _("电子版"), "courier": _("寄到家"), "pickup": _("到窗口领")},
}


class Lists(msgspec.Struct, frozen=True):
    """`options` by the name of the list, under headings; `facts`: what each `role.field` is."""

    options: dict[str, Groups]
    facts: Mapping[str, Named]

    @property
    def money(self) -> Named:
        return Named(kind="money")

    def groups(self, name: str) -> Groups:
        return self.options.get(name, ())

    def values(self, name: str) -> set[str]:
        return {option.value for _group, options in self.groups(name) for option in options}

    def label(self, name: str, value: str) -> str:
        """With its heading, so that it stands alone: 申请人：姓名."""
        for group, options in self.groups(name):
            for option in options:
                if option.value == value:
                    return f"{group}：{option.label}" if group else option.label
        return value


def lists_of(pack: Pack, item: Item, departments: Iterable[str], roles: Iterable[str] = ()) -> Lists:
    """`departments`: whose items she may write; `roles`: names typed on the page and not stored yet."""
    facts = {named.key: named for named in _facts(pack, item)}
    named_roles = {name: role.label for name, role in item.roles.items()} | {r: r for r in roles if r not in item.roles}
    plain: dict[str, Mapping[str, str]] = {
        **FIXED,
        "departments": {short: pack.departments[short].name for short in departments if short in pack.departments},
        "kinds": pack.city.kinds,
        "roles": named_roles,
        "certificates": {code: one.label for code, one in pack.certificates.items()},
        "registers": {code: one.label for code, one in pack.registers.items()},
        "person_registers": {code: one.label for code, one in pack.registers.items() if one.about == "person"},
        "person_roles": {name: role.label for name, role in item.roles.items() if role.kind == "person" and not role.repeated},
        "vouching": {code: one.label for code, one in pack.registers.items()}
        | {f"certificate.{code}": one.label for code, one in pack.certificates.items()},
        "laws": {law: law for law in pack.city.certain_laws},
        "places": {code: f"{one.name} {one.window}" for code, one in pack.offices.items() if item.department in one.departments},
    }  # fmt: skip
    options: dict[str, Groups] = {name: (("", options_of(words)),) for name, words in plain.items()}
    options["themes"] = tuple((group, options_of({t: t for t in themes})) for group, themes in pack.city.themes.items())
    options["facts"] = _grouped((one.group, Option(one.key, one.label)) for one in facts.values())
    options["materials"] = _grouped(_materials(pack, item))
    return Lists(options | _together(pack, item, facts), facts)


def _together(pack: Pack, item: Item, facts: Mapping[str, Named]) -> dict[str, Groups]:
    """What of this item and of the whole city the page about other departments and items, and its grades, choose from."""
    asked = [facts[ask.fact] for ask in item.asks if ask.fact in facts]
    answers = [(one.group, Option(one.key, one.label)) for one in asked]
    papers = list(_needed(pack, item))
    others = (
        (_titled(pack, one.department), Option(name, name)) for name, one in pack.items.items() if one.code != item.code
    )
    return {
        "every_department": (("", options_of({short: one.name for short, one in pack.departments.items()})),),
        "situations": (("", options_of({one.name: one.name for one in item.situations})),),
        "single_choices": _grouped((one.group, Option(one.key, one.label)) for one in asked if one.kind == "choice"),
        "needed": _grouped(papers),
        "handed_in": _grouped([*answers, *papers]),
        "other_items": _grouped(others),
    }


def _titled(pack: Pack, department: str) -> str:
    known = pack.departments.get(department)
    return known.name if known else department


def _needed(pack: Pack, item: Item) -> Iterator[tuple[str, Option]]:
    """Each of the item's own materials once, also where it wants two of one kind."""
    wanted = {need.material for need in item.materials}
    yield from ((group, option) for group, option in _materials(pack, item) if option.value in wanted)


def options_of(words: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in words.items())


def _grouped(found: Iterable[tuple[str, Option]]) -> Groups:
    groups: dict[str, list[Option]] = {}
    for group, option in found:
        groups.setdefault(group, []).append(option)
    return tuple((group, tuple(options)) for group, options in groups.items())


def _facts(pack: Pack, item: Item) -> Iterator[Named]:
    for role, kind, label in _roles(item):
        for code in pack.elements:
            if code.partition(".")[0] == kind:
                yield named_element(pack, code, f"{role}.{code.partition('.')[2]}", label)


def _materials(pack: Pack, item: Item) -> Iterator[tuple[str, Option]]:
    for role, kind, label in _roles(item):
        for code, material in pack.materials.items():
            if material.kind == kind:
                yield label, Option(f"{role}.{code.partition('.')[2]}", material.label)


def _roles(item: Item) -> Iterator[tuple[str, str, str]]:
    """Role, kind of party and words; what belongs to one filing alone comes last."""
    yield from ((name, role.kind, role.label) for name, role in item.roles.items())
    yield "filing", "filing", _("本次申请")
