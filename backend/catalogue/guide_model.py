"""A guide, as another catalogue publishes an item. Read by way of `model.py`."""

from __future__ import annotations

from backend.catalogue.item_model import CaseType, ItemType, Strict, Unit


class Guide(Strict, frozen=True, kw_only=True):
    """An item as another catalogue publishes it: to be found and read, not filed. What is not known is empty."""

    code: str
    name: str
    department: str
    region: str
    source: str
    type: ItemType | None = None
    region_name: str = ""
    parent: str = ""
    statutory: int | None = None
    statutory_unit: Unit | None = None
    promised: int | None = None
    promised_unit: Unit | None = None
    visits: int | None = None
    online: bool | None = None
    courier: bool | None = None
    subjects: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    conditions: str = ""
    place: str = ""
    enquiry: str = ""
    complaint: str = ""
    aliases: tuple[str, ...] = ()
    url: str = ""
    case_type: CaseType | None = None
    depth: int | None = None
    hours: str = ""
    flow: str = ""
    basis: str = ""
    charged: bool | None = None
    pay_online: bool | None = None
    fee: str = ""
    fee_basis: str = ""
    result: str = ""
    visits_reason: str = ""
    quantity: str = ""
    intermediary: str = ""
