"""One version of an item, as whoever filed under it reads it."""

import msgspec

from backend.catalogue.model import Element, Item, Material
from backend.core.conditions import Meaning


class ItemVersion(msgspec.Struct, frozen=True):
    """One item as it was published, with the elements and materials it refers to as they were then."""

    code: str
    version: int
    item: Item
    elements: dict[str, Element]
    materials: dict[str, Material]
    meanings: dict[str, Meaning]
