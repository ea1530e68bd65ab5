"""What a city's pack says of a type of certificate."""

from typing import Annotated, Any

import msgspec

from backend.catalogue.item_model import Strict


class CertificateType(Strict, frozen=True, kw_only=True):
    """What people may hold. `facts`: elements it vouches for; `shows`: what is printed besides; `means`: what holding one says by
    itself (`person.elder_allowance: yes`); `until`: the element that holds its last day, else `valid_years`.

    `number`: the 21 characters of GB/T 36904 (credit code of the body that defines the type, and three more); `several`: one
    party may hold more than one at a time, so that a new one replaces none.
    """

    code: str
    label: str
    issuer: str
    about: str
    facts: tuple[str, ...] = ()
    valid_years: int | None = None
    shows: tuple[str, ...] = ()
    means: dict[str, Any] = msgspec.field(default_factory=dict)
    until: str = ""
    number: Annotated[str, msgspec.Meta(pattern=r"^([0-9A-Z]{21})?$")] = ""
    several: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """What is written in one, in the order of reading."""
        return tuple(dict.fromkeys((*self.shows, *self.facts)))
