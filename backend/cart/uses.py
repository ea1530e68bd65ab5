"""Which certificates and registers a filing uses, in the words the person agrees to, once for all of it. Pure.

The words name each source, what it stands for and who gets it; whoever files sends back the hash of what she read.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from backend.cart.held import vouches_as
from backend.cart.model import Draft, Line, LineMaterial
from backend.cases.model import CaseSource
from backend.certificates.model import Certificate
from backend.core.codes import read_certificate_number
from backend.core.i18n import LANGUAGES, _, translate

WHY = _("只给办这几件事的部门看，每个部门只看自己那一件要的内容；只用这一次，用过的会记下来给您看。")
INSTEAD = _("%(source)s，代替%(materials)s，给%(departments)s")
CHECKS = _("%(source)s，用来核对您填的内容，给%(departments)s")


class Use(msgspec.Struct, frozen=True):
    """One source in one filing: what it is called, the materials it stands for, and which departments get it."""

    source: str
    materials: tuple[str, ...]
    departments: tuple[str, ...]

    def words(self, language: str) -> str:
        said: dict[str, object] = {
            "source": self.source,
            "materials": "、".join(self.materials),
            "departments": "、".join(self.departments),
        }
        return translate(language, INSTEAD if self.materials else CHECKS, said)


def uses_of(draft: Draft) -> tuple[Use, ...]:
    """Every certificate and register that satisfies a material of the draft, and every certificate that vouches for an answer."""
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for line in draft.lines:
        for source in [] if line.gone else sources_of(draft, line):
            materials, departments = found.setdefault((source.way, source.source), ([], []))
            departments.append(draft.pack.departments[line.item.department].name)
            materials += [draft.pack.materials[source.material].label] if source.material else []
    return tuple(
        Use(_label(draft, *key), tuple(dict.fromkeys(materials)), tuple(dict.fromkeys(departments)))
        for key, (materials, departments) in found.items()
    )


def _label(draft: Draft, way: str, code: str) -> str:
    listed: Any = draft.pack.certificates if way == "certificate" else draft.pack.registers
    return str(listed[code].label)


def sources_of(draft: Draft, line: Line) -> Iterator[CaseSource]:
    """What the case of this line keeps of each source: never more than what its item names."""
    said: dict[UUID, list[str]] = {one.id: [] for one in draft.told.certificates}
    for fact in draft.frozen_facts(line.id):
        for one in draft.told.certificates:
            if (one.party_id, vouches_as(one)) == (fact.subject, fact.source):
                said[one.id].append(fact.element)
    shown = set[UUID]()
    for material in draft.materials_of(line.id):
        held = _behind(draft, line, material)
        if held:
            shown.add(held.id)
            yield _kept(held, material, said[held.id])
        elif material.way == "register":
            yield CaseSource(way="register", source=material.by, subject=material.subject, material=material.material.code, variant=material.variant)  # fmt: skip
    yield from (_kept(one, None, said[one.id]) for one in draft.told.certificates if said[one.id] and one.id not in shown)  # fmt: skip


def _behind(draft: Draft, line: Line, material: LineMaterial) -> Certificate | None:
    """The certificate that satisfies a material: about its subject, or about a party of the line whose own form it is."""
    if material.way != "certificate":
        return None
    parties = [material.subject, *(party for ids in line.parties.values() for party in ids)]
    found = {one.party_id: one for one in draft.told.certificates if one.type == material.by}
    return next(found[party] for party in parties if party in found)


def _kept(held: Certificate, material: LineMaterial | None, elements: Iterable[str]) -> CaseSource:
    return CaseSource(
        way="certificate",
        source=held.type,
        subject=held.party_id or held.holder_id,
        material=material.material.code if material else "",
        variant=material.variant if material else "",
        certificate_id=held.id,
        number=held.number,
        version=read_certificate_number(held.number).version,
        digest=held.digest,
        elements=list(dict.fromkeys(elements)),
    )


def words_of(uses: Iterable[Use], language: str) -> str:
    """What she agrees to, as she reads it: a line for each source, and what it is for."""
    return "\n".join([*(use.words(language) for use in uses), translate(language, WHY)])


def hash_of_words(words: str) -> str:
    return sha256(words.encode()).hexdigest()


def language_agreed(uses: tuple[Use, ...], digest: str) -> str | None:
    """The language in which she read exactly these words; None: she read others, or none."""
    return next((one for one in LANGUAGES if hash_of_words(words_of(uses, one)) == digest), None)
