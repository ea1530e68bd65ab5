"""What the conditions of an item may speak of, for the form that writes them. Pure."""

from collections.abc import Iterator

from backend.catalogue.model import ElementType, Item, Pack
from backend.catalogue.pack_covered import facts_of
from backend.core.conditions_form import Vocabulary
from backend.core.conditions_form_values import Named
from backend.core.i18n import _


def vocabulary_of(pack: Pack, item: Item, *, ruled: bool = False) -> Vocabulary:
    """The facts the item asks or judges, what follows from them, and what registers know of its roles."""
    labels = {name: role.label for name, role in item.roles.items()} | {"filing": _("本次申请")}
    facts = {}
    for fact in _facts(pack, item):
        role, _dot, _field = fact.partition(".")
        if role in labels and item.element_of(fact) in pack.elements:
            facts[fact] = named_element(pack, item.element_of(fact), fact, labels[role])
    known = set(item.roles) | {"filing"}
    kinds = {item.kind_of(role) for role in known}
    sources = {
        f"register.{code}": one.label for code, one in pack.registers.items() if one.about in kinds or not one.about
    }
    sources |= {f"certificate.{code}": one.label for code, one in pack.certificates.items() if one.about in kinds}
    repeated = {name: role.label for name, role in item.roles.items() if role.repeated}
    return Vocabulary(facts=facts, sources=sources, repeated=repeated, ruled=ruled)


def named_element(pack: Pack, code: str, key: str, group: str) -> Named:
    """One element as a rule names it: by `key`, under the heading `group`."""
    element = pack.elements[code]
    options = pack.city.regions if element.type is ElementType.region else element.options
    return Named(
        kind=element.type, key=key, label=element.label, group=group, unit=element.unit, options=options
    )  # fmt: skip


def _facts(pack: Pack, item: Item) -> Iterator[str]:
    """In the order of the roles, then of the city's vocabulary."""
    wanted = facts_of(item)
    asked = {item.element_of(ask.fact) for ask in item.asks if _known(item, ask.fact)}
    registered = {element for register in pack.registers.values() for element in register.facts}
    for role in (*item.roles, "filing"):
        for code, meaning in pack.meanings.items():
            kind, _dot, field = code.partition(".")
            fact = f"{role}.{field}"
            follows = bool(meaning.derived) and set(meaning.of) <= asked
            if kind == item.kind_of(role) and (fact in wanted or code in registered or follows):
                yield fact


def _known(item: Item, fact: str) -> bool:
    role = fact.partition(".")[0]
    return role == "filing" or role in item.roles
