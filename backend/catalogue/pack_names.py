"""Does every name in a pack lead somewhere, and does every rule compare things that can be compared?"""

from collections.abc import Iterable, Iterator, Mapping

from backend.catalogue.model import CertificateType, ElementType, Item, Material, Pack, Register
from backend.catalogue.pack_covered import conditions_of
from backend.catalogue.pack_grades import grade_faults
from backend.catalogue.pack_joint import joint_faults
from backend.catalogue.pack_offered import offer_faults
from backend.catalogue.pack_read import Fault
from backend.core.conditions import Condition, ConditionError, Leaf, Operand, nodes_of, refuse_cycles, uses_of

NUMBERS = (ElementType.years, ElementType.number, ElementType.money, ElementType.area)
EQUAL = frozenset({"is", "is_not", "in"})
ORDERED = frozenset({"at_least", "at_most", "more_than", "less_than"})


def vocabulary_faults(pack: Pack) -> Iterator[Fault]:
    yield from _elements(pack)
    yield from material_faults(pack)
    yield from _known("pack.yaml: life_events", pack.city.life_events, pack.scenarios, "场景")
    yield from _known("pack.yaml: beneficiary", pack.city.beneficiary, pack.elements, "数据元")
    for code, certificate in pack.certificates.items():
        named = (*certificate.facts, *certificate.shows, *certificate.means, *filter(None, [certificate.until]))
        yield from _known(f"certificates.yaml: {code}", named, pack.elements, "数据元")
        yield from _known(f"certificates.yaml: {code}", [certificate.issuer], pack.departments, "部门")
    for code, register in pack.registers.items():
        yield from _known(f"registers.yaml: {code}", register.facts, pack.elements, "数据元")
        yield from _known(f"registers.yaml: {code}", [register.department], pack.departments, "部门")
    for code, office in pack.offices.items():
        yield from _known(f"offices.yaml: {code}", office.departments, pack.departments, "部门")
        yield from _known(f"offices.yaml: {code}", [office.region], pack.city.regions, "地区")
    for title, announcement in pack.announcements.items():
        yield from _known(f"announcements.yaml: {title}", announcement.items, pack.items, "事项")
    for words, names in pack.lexicon.life.items():
        yield from _known(f"lexicon.yaml: life.{words}", names, pack.items, "事项")
    for code, material in pack.materials.items():
        results = [way.result_of for way in material.satisfied_by if way.result_of]
        yield from _known(f"materials.yaml: {code}", results, pack.items, "事项")


def material_faults(pack: Pack) -> Iterator[Fault]:
    """Materials by themselves; whether the items whose results they may be exist is another question."""
    for code, material in pack.materials.items():
        yield from _ways(pack, f"materials.yaml: {code}", material)


def _elements(pack: Pack) -> Iterator[Fault]:
    try:
        refuse_cycles(pack.meanings, "elements.yaml")
    except ConditionError as error:
        yield Fault(error.where, error.sentence)
    for code, element in pack.elements.items():
        where = f"elements.yaml: {code}"
        if element.kind != "filing" and element.kind not in pack.city.kinds:
            yield Fault(where, f"没有“{element.kind}”这类对象（见 pack.yaml 的 kinds）")
        if (element.type in (ElementType.choice, ElementType.choices)) != bool(element.options):
            yield Fault(where, "单选和多选要写 options，别的类型不写")
        if element.sensitivity == "secret" and element.special is None:
            yield Fault(where, "sensitivity: secret 的要写明是哪一类敏感个人信息（special）")
        yield from _known(where, pack.meanings[code].of, pack.elements, "数据元")


def _known(where: str, names: Iterable[str], there: Iterable[str], kind: str) -> Iterator[Fault]:
    yield from (Fault(where, f"没有“{name}”这个{kind}") for name in names if name not in there)


def _ways(pack: Pack, where: str, material: Material) -> Iterator[Fault]:
    if material.kind != "filing" and material.kind not in pack.city.kinds:
        yield Fault(where, f"没有“{material.kind}”这类对象（见 pack.yaml 的 kinds）")
    for way in material.satisfied_by:
        said = [name for name in way.__struct_fields__ if getattr(way, name) is not None]
        if len(said) != 1:
            yield Fault(where, "satisfied_by 的每一项要有且只有一种办法")
        yield from _known(where, filter(None, [way.certificate]), pack.certificates, "证照类型")
        yield from _known(where, filter(None, [way.register]), pack.registers, "登记库")
    if not any(way.file or way.pledge for way in material.satisfied_by):
        yield Fault(where, "要有一种谁都能用的办法：上传文件或者书面承诺")


def name_faults(pack: Pack, item: Item) -> Iterator[Fault]:
    yield from _known("department", [item.department], pack.departments, "部门")
    yield from _known("places", item.places, pack.offices, "窗口")
    yield from _known("result.certificate", filter(None, [item.result.certificate]), pack.certificates, "证照类型")
    for role in item.roles.values():
        yield from _known(f"roles.{role.name}", [role.kind], pack.city.kinds, "对象类别")
    for signer in item.signs:
        yield from _known("signs", [signer], item.roles, "角色")
        if signer in item.roles and item.roles[signer].kind not in ("person", "business"):
            yield Fault("signs", f"“{signer}”不是人，不能签字")
    for i, ask in enumerate(item.asks):
        yield from _fact(pack, item, f"asks[{i}]", ask.fact)
    for i, need in enumerate(item.materials):
        yield from _material(pack, item, f"materials[{i}]", need.material)
    yield from _renewal(pack, item)
    yield from offer_faults(pack, item)
    yield from joint_faults(pack, item)
    yield from grade_faults(pack, item)
    yield from _excludes(pack, item)
    for place, condition in conditions_of(item):
        for use in uses_of(condition):
            yield from _fact(pack, item, place, use.fact)
            yield from _source(pack, item, place, use)
        yield from _values(pack, item, place, condition)


def _excludes(pack: Pack, item: Item) -> Iterator[Fault]:
    """What two items exclude stands in both, about the same role; one alone excludes nothing yet, so it does no harm."""
    situations = {situation.name for situation in item.situations}
    for i, excluded in enumerate(item.excludes):
        where, other = f"excludes[{i}]", pack.items.get(excluded.item)
        if other is None or other.name == item.name:
            yield Fault(where, f"没有“{excluded.item}”这件别的事")
            continue
        if not any(back.item == item.name and back.same == excluded.same for back in other.excludes):
            yield Fault(
                where, f"“{excluded.item}”里也写上和“{item.name}”不能一起办、说同一个角色，才起作用", warning=True
            )
        kinds = [one.roles[excluded.same].kind for one in (item, other) if excluded.same in one.roles]
        if excluded.same and (len(kinds) < 2 or kinds[0] != kinds[1]):
            yield Fault(where, f"“{excluded.same}”不是两件事共有的角色")
        if excluded.situation and excluded.situation not in situations:
            yield Fault(where, f"没有“{excluded.situation}”这种情形")


def _renewal(pack: Pack, item: Item) -> Iterator[Fault]:
    """What expires is a date that the form asks for; and what is limited in number is not granted by silence."""
    if item.renewal is None:
        return
    faults = list(_fact(pack, item, "renewal.expires", item.renewal.expires))
    yield from faults
    if not faults and pack.elements[item.element_of(item.renewal.expires)].type is not ElementType.date:
        yield Fault("renewal.expires", "到期的那一天要是日期")
    if item.renewal.expires not in {ask.fact for ask in item.asks}:
        yield Fault("renewal.expires", "没有问到期的那一天")
    if item.quota:
        yield Fault("renewal", "有数量限制的不能视为准予延续")


def _fact(pack: Pack, item: Item, where: str, fact: str) -> Iterator[Fault]:
    role, dot, _ = fact.partition(".")
    if not dot or (role != "filing" and role not in item.roles):
        yield Fault(where, f"“{fact}”里的“{role}”不是这件事的角色")
    elif item.element_of(fact) not in pack.elements:
        yield Fault(where, f"没有“{item.element_of(fact)}”这个数据元")


def _material(pack: Pack, item: Item, where: str, material: str) -> Iterator[Fault]:
    role = material.partition(".")[0]
    if role != "filing" and role not in item.roles:
        yield Fault(where, f"“{material}”里的“{role}”不是这件事的角色")
    elif item.material_of(material) not in pack.materials:
        yield Fault(where, f"没有“{item.material_of(material)}”这种材料")


def _source(pack: Pack, item: Item, where: str, use: Operand) -> Iterator[Fault]:
    kind, _, name = use.source.partition(".")
    sources: dict[str, Mapping[str, Register | CertificateType]] = {
        "register": pack.registers,
        "certificate": pack.certificates,
    }
    there = sources.get(kind)
    if not use.source or (there is None and kind in ("answered", "profile", "filing")):
        return
    if there is None or name not in there:
        yield Fault(where, f"没有“{use.source}”这个来源")
    elif _resolves(item, use.fact) and item.element_of(use.fact) not in there[name].facts:
        yield Fault(where, f"“{there[name].label}”里没有“{item.element_of(use.fact)}”")


def _resolves(item: Item, fact: str) -> bool:
    role, dot, _ = fact.partition(".")
    return bool(dot) and (role == "filing" or role in item.roles)


def _values(pack: Pack, item: Item, where: str, condition: Condition) -> Iterator[Fault]:
    """A leaf that compares an element with something it can never be."""
    for leaf in nodes_of(condition):
        if not isinstance(leaf, Leaf) or not _resolves(item, leaf.of.fact):
            continue
        element = pack.elements.get(item.element_of(leaf.of.fact))
        values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        if element is None or leaf.op == "known":
            continue
        fits = {
            ElementType.yes_no: leaf.op in ("is", "is_not") and all(isinstance(v, bool) for v in values),
            ElementType.choice: leaf.op in ("is", "is_not", "in") and all(v in element.options for v in values),
            ElementType.choices: leaf.op == "includes" and all(v in element.options for v in values),
            ElementType.region: leaf.op in ("within", "is", "is_not", "in") and all(_is_region(v) for v in values),
            ElementType.date: leaf.op in ("before", "after"),
        }.get(element.type, leaf.op in (EQUAL | ORDERED if element.type in NUMBERS else EQUAL | {"matches"}))
        if not fits:
            yield Fault(where, f"“{element.label}”（{element.type}）不能和 {leaf.op}: {leaf.value} 比")


def _is_region(value: object) -> bool:
    return isinstance(value, str) and len(value) == 6 and value.isdigit()
