"""A condition in people's words: the author's where he wrote some, else made from labels and choices. Pure."""

from collections.abc import Iterator

from backend.catalogue.answers import shown
from backend.catalogue.model import Element, Item, Pack
from backend.core.conditions import All, AnyOf, Compare, Condition, Every, Leaf, Not, Operand, Some

COMPARED = {
    "at_least": "不少于 {}",
    "at_most": "不超过 {}",
    "more_than": "多于 {}",
    "less_than": "少于 {}",
    "before": "早于 {}",
    "after": "晚于 {}",
}


def situation(pack: Pack, item: Item, condition: Condition, *, otherwise: bool = False) -> str:
    """`婚姻状况是“已婚”`; with `otherwise`, of its opposite. A pack may lack a place's name: then its code is said."""
    if condition.say:
        return f"不是“{condition.say}”的" if otherwise else condition.say
    match condition:
        case All(of=parts) | AnyOf(of=parts):
            joined = isinstance(condition, All) != otherwise
            said = [situation(pack, item, part, otherwise=otherwise) for part in parts]
            return ("，并且" if joined else "，或者").join(dict.fromkeys(said))
        case Not(of=part):
            return situation(pack, item, part, otherwise=not otherwise)
        case Leaf():
            return _leaf(pack, item, condition, otherwise)
        case Compare(left=left, right=right):
            return f"{_label(pack, item, left)}和{_label(pack, item, right)}{'不一样' if otherwise else '一样'}"
        case Every(that=that) | Some(that=that):
            who = "有一位" if isinstance(condition, Some) != otherwise else "每一位"
            return f"{who}{situation(pack, item, that, otherwise=otherwise)}"
    return ""


def _label(pack: Pack, item: Item, of: Operand) -> str:
    return _element(pack, item, of).label


def _element(pack: Pack, item: Item, of: Operand) -> Element:
    return pack.elements[item.element_of(of.fact)]


def _leaf(pack: Pack, item: Item, leaf: Leaf, otherwise: bool) -> str:
    element = _element(pack, item, leaf.of)
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if leaf.op == "known":
        return f"{'没有填' if bool(leaf.value) == otherwise else '填了'}{element.label}"
    if isinstance(leaf.value, bool):
        yes = leaf.value == (leaf.op == "is")
        return f"{element.label}：{'是' if yes != otherwise else '否'}"
    if leaf.op == "within":
        return f"{element.label}{'不在' if otherwise else '在'}{_either(pack.city.regions.get(str(v), str(v)) for v in values)}"
    if leaf.op in COMPARED:
        said = COMPARED[leaf.op].format(shown(element, leaf.value, pack.city.regions) or leaf.value)
        return f"{element.label}{'不是' if otherwise else ''}{said}"
    isnt = (leaf.op == "is_not") != otherwise
    names = _either(f"“{_choice(pack, element, value)}”" for value in values)
    return f"{element.label}{'不是' if isnt else '是'}{names}"


def _choice(pack: Pack, element: Element, value: object) -> str:
    return element.options.get(str(value)) or shown(element, value, pack.city.regions)


def _either(names: Iterator[str]) -> str:
    return "或".join(names)
