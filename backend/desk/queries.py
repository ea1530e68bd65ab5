"""A case as an officer works on it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

import asyncpg
import msgspec

from backend.cases.model import Case, CaseFile, Fact
from backend.cases.queries import REPLY, files_of
from backend.catalogue.answers import shown
from backend.catalogue.queries import city, item_version
from backend.catalogue.version_model import ItemVersion
from backend.core.db import Tx
from backend.core.i18n import _
from backend.desk.changes import HandedIn, answers_changed, files_changed
from backend.desk.model import Change, FiledFact, FiledMaterial
from backend.desk.sources import trust_of_file
from backend.desk.veils import veiled


async def applicant_of(tx: Tx, case: Case) -> dict[str, str]:
    """The names of principal and actor, opened with their own keys; of who is forgotten as the archive knows her."""
    rows = await tx.db.fetch(
        """SELECT a.id, a.name_sealed, a.key_wrapped, r.sealed, r.key_wrapped AS archive_key
           FROM accounts a LEFT JOIN archives r ON r.account_id = a.id AND a.erased_at IS NOT NULL WHERE a.id = ANY($1)""",
        [case.principal_id, case.actor_id],
    )
    names = {r["id"]: _name(tx, r) for r in rows}
    return {"principal": names[case.principal_id], "actor": names[case.actor_id]}


def _name(tx: Tx, row: asyncpg.Record) -> str:
    if row["archive_key"]:
        archive = tx.vault.key(row["archive_key"]).open_value(row["sealed"], f"archive:{row['id']}")
        return str(archive["name"])
    return tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}").decode()


async def filed_in(tx: Tx, case: Case, facts: Sequence[Fact], *, masked: bool) -> list[FiledFact]:
    """What was filed, in words, in the item's own order; what is covered stays covered unless the officer opened it."""
    said = await _words(tx, case, masked=masked)
    version = await item_version(tx.db, case.item_code, case.item_version)
    found = [
        FiledFact(
            label=label, value=value, source=fact.source, trust=fact.trust, subject=fact.subject, element=fact.element
        )
        for fact in {(fact.subject, fact.element): fact for fact in facts}.values()
        if (label := said(fact)[0]) and (value := said(fact)[1]) is not None
    ]
    return sorted(found, key=lambda f: _place(version, f.element))


async def _words(tx: Tx, case: Case, *, masked: bool) -> Callable[[Fact], tuple[str, str]]:
    """Label and value of a fact in people's words; an empty label: not of this item."""
    version = await item_version(tx.db, case.item_code, case.item_version)
    regions = (await city(tx.db)).pack.city.regions

    def said(fact: Fact) -> tuple[str, str]:
        element = version.elements.get(fact.element)
        if element is None:
            return (_("补正时的说明"), str(fact.value)) if fact.element.startswith(REPLY) else ("", "")
        words = shown(element, fact.value, regions, masked=masked)
        return element.label, veiled(element, words) if masked else words

    return said


async def changed_in(
    tx: Tx, case: Case, facts: Sequence[Fact], since: datetime, *, masked: bool
) -> tuple[list[Change], list[HandedIn]]:
    """What reads differently since `since`, answers in words, and what was handed in anew."""
    said = await _words(tx, case, masked=masked)
    changes = [
        Change(label=said(one.after)[0], before=said(one.before)[1] if one.before else "", after=said(one.after)[1])
        for one in answers_changed(facts, since)
        if said(one.after)[0]
    ]
    return changes, files_changed(await files_ever(tx, case), since)


async def files_ever(tx: Tx, case: Case) -> list[CaseFile]:
    """Every file ever handed in for this case, in order."""
    rows = await tx.db.fetch(
        """SELECT f.subject, f.material, f.variant, f.position, f.file_id, f.added_at, x.media_type, x.pages, x.scan
           FROM case_files f JOIN files x ON x.id = f.file_id WHERE f.case_id = $1
           ORDER BY f.added_at, f.material, f.subject, f.variant, f.position""",
        case.id,
    )
    return msgspec.convert(rows, list[CaseFile])


def _place(version: ItemVersion, element: str) -> int:
    """The item's own order; words that answer a correction stand last."""
    order = list(version.elements)
    return order.index(element) if element in version.elements else len(order)


async def materials_in(tx: Tx, case: Case) -> list[FiledMaterial]:
    version = await item_version(tx.db, case.item_code, case.item_version)
    grouped = groupby(await files_of(tx.db, case.id), key=lambda f: (f.subject, f.material))
    return [
        FiledMaterial(
            label=version.materials[material].label if material in version.materials else material,
            subject=subject,
            material=material,
            files=list(of),
            trust=trust_of_file(version.materials.get(material)),
        )
        for (subject, material), of in grouped
    ]
