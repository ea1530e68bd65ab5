"""From an element to the field of a form and back. Pure."""

from collections.abc import Mapping
from typing import Any

from backend.cart.model import Question
from backend.catalogue.model import Element, ElementType


def options(element: Element, regions: Mapping[str, str]) -> tuple[dict[str, str], ...]:
    """The choices of a field, for a region the places one may choose."""
    named = places(element, regions) if element.type is ElementType.region else element.options
    return tuple({"value": value, "label": label} for value, label in named.items())


def places(element: Element, regions: Mapping[str, str]) -> dict[str, str]:
    """Regions inside the element's `within`; the whole itself only if it has no parts."""
    if not element.within:
        return dict(regions)
    prefix = element.within.rstrip("0")
    inside = {code: name for code, name in regions.items() if code.startswith(prefix) and code != element.within}
    return inside or {code: name for code, name in regions.items() if code == element.within}


def typed(element: Element, plain: Any) -> Any:
    """What stands in the form's field for a stored value; reading it again gives the value back."""
    match element.type:
        case ElementType.money:
            return str(plain // 100) if plain % 100 == 0 else f"{plain / 100:.2f}"
        case ElementType.yes_no:
            return "yes" if plain else "no"
        case ElementType.choices:
            return list(plain)
        case _:
            return str(plain)


def kind_of(question: Question) -> str:
    """The field for the element's type; raw text a date field cannot show stands in a plain one."""
    kind = question.element.type
    if question.raw and kind in (ElementType.date, ElementType.region):
        return "text"
    return str(kind)
