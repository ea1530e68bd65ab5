"""What a scenario needs of the pack around it."""

from backend.catalogue.model import Element, Item, Pack
from backend.scenarios.model import ElementWords, ItemRule, Vocabulary


def vocabulary(pack: Pack) -> Vocabulary:
    return Vocabulary(
        items={name: item_rule(item) for name, item in pack.items.items()},
        elements={code: element_words(element) for code, element in pack.elements.items()},
        meanings=pack.meanings,
    )


def item_rule(item: Item) -> ItemRule:
    return ItemRule(fits=item.fits, roles={name: (role.kind, role.optional) for name, role in item.roles.items()})


def element_words(element: Element) -> ElementWords:
    return ElementWords(
        type=str(element.type),
        label=element.label,
        help=element.help,
        why=element.why,
        unit=element.unit,
        public=element.sensitivity == "public",
        options=element.options,
        least=element.least,
        most=element.most,
    )
