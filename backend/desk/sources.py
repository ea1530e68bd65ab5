"""What a case used instead of files, for the officer: which certificate, as of the filing and as of now; and how far each thing is trusted."""

from datetime import datetime

import msgspec

from backend.cases.model import Case
from backend.cases.sources import UsedSource, sources_of
from backend.catalogue.model import Material
from backend.catalogue.queries import city, item_version
from backend.certificates.model import Standing
from backend.certificates.rules import STANDINGS
from backend.core.db import Tx
from backend.core.i18n import _

# The ladder of the national platform's guide of 2016 (State Council General Office letter no. 108), in plain words.
TRUST = {
    "A": _("A 级：签发机关给的，可以直接用"),
    "B": _("B 级：登记里查到或窗口核对过"),
    "C": _("C 级：以前填过或本人上传的，要和原件核对一次"),
    "D": _("D 级：本人说的，本人负责"),
}


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """`label`: the material it stands for, or "" where it vouches for answers alone; `elements`: labels of those.

    `standing`: of a certificate as it is now, "" of a register; `since` and `reason` where it no longer `holds`.
    """

    label: str
    source: str
    trust: str
    number: str
    version: int
    elements: list[str]
    standing: str
    holds: bool
    since: datetime | None
    reason: str


async def used_in(tx: Tx, case: Case) -> list[Used]:
    pack, version = (await city(tx.db)).pack, await item_version(tx.db, case.item_code, case.item_version)
    labels = {f"certificate.{code}": one.label for code, one in pack.certificates.items()}
    labels |= {f"register.{code}": one.label for code, one in pack.registers.items()}
    materials = {**pack.materials, **version.materials}
    return [
        Used(
            label=materials[one.material].label if one.material in materials else one.material,
            source=labels.get(f"{one.way}.{one.source}", one.source),
            trust="A" if one.way == "certificate" else "B",
            number=one.number or "",
            version=one.version or 0,
            elements=[version.elements[code].label for code in one.elements if code in version.elements],
            standing=_standing(one),
            holds=one.state == "valid" and not one.outlived,
            since=one.since,
            reason=one.reason or "",
        )
        for one in await sources_of(tx.db, case.id)
    ]


def _standing(one: UsedSource) -> str:
    """In words; what was replaced by a newer one or has run out since was still good then."""
    if one.way != "certificate" or one.state is None:
        return ""
    outlived = one.state == "valid" and one.outlived
    return STANDINGS[Standing.EXPIRED if outlived else Standing(one.state)]


def trust_of_file(material: Material | None) -> str:
    """What a person uploads is C until the original was seen, and D where she makes it herself."""
    return "D" if material is not None and material.trust == "D" else "C"
