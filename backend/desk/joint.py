"""A case as a department sees it that is asked for its opinion: the few things it needs, in words."""

from itertools import groupby

import msgspec

from backend.cases.joint_model import AskedCase, JointOpinion
from backend.cases.model import CaseFile
from backend.cases.queries_joint import facts_seen, files_seen
from backend.catalogue.answers import shown
from backend.catalogue.queries import city, item_version
from backend.core.db import Tx
from backend.desk.veils import veiled


class SeenFact(msgspec.Struct, frozen=True):
    label: str
    value: str


class SeenPaper(msgspec.Struct, frozen=True):
    """One material with its files, in order."""

    label: str
    files: list[CaseFile]


async def facts_in_words(tx: Tx, opinion: JointOpinion, case: AskedCase) -> list[SeenFact]:
    """In the item's own order; numbers and addresses of people stay covered."""
    version = await item_version(tx.db, case.item_code, case.item_version)
    regions, order = (await city(tx.db)).pack.city.regions, list(version.elements)
    facts = [fact for fact in facts_seen(tx, opinion, case) if fact.element in version.elements]
    found = []
    for fact in sorted(facts, key=lambda f: order.index(f.element)):
        element = version.elements[fact.element]
        of_person = element.kind == "person"
        words = shown(element, fact.value, regions, masked=of_person)
        found.append(SeenFact(element.label, veiled(element, words) if of_person else words))
    return found


async def papers_in_words(tx: Tx, opinion: JointOpinion, case: AskedCase) -> list[SeenPaper]:
    materials = (await item_version(tx.db, case.item_code, case.item_version)).materials
    grouped = groupby(await files_seen(tx, opinion.id), key=lambda file: (file.subject, file.material))
    return [SeenPaper(materials[code].label if code in materials else code, list(of)) for (_, code), of in grouped]
