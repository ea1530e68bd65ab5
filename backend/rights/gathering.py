"""Sections of an export: each says which tables it tells of, what its columns mean, and how it reads them.

A section is a function that returns rows of plain values for one account; `section` enters it. The JSON schema, the PDF and
the test that no table is forgotten are all made from these entries.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from backend.catalogue.answers import shown
from backend.catalogue.model import Pack
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.rights.model import Row


class Gathering:
    """One account's data being collected, as the worker, with the keys that open it."""

    def __init__(self, tx: Tx, account: UUID, key: DataKey, pack: Pack) -> None:
        self.tx, self.db, self.account, self.key, self.pack = tx, tx.db, account, key, pack

    def label(self, element: str) -> str:
        """An element as people call it."""
        known = self.pack.elements.get(element)
        return known.label if known else element

    def words(self, element: str, plain: Any) -> str:
        """A value as people read it, nothing covered: it is hers."""
        known = self.pack.elements.get(element)
        return shown(known, plain, self.pack.city.regions, masked=False) if known else str(plain)


Reader = Callable[[Gathering], Awaitable[list[Row]]]


class Section(msgspec.Struct, frozen=True):
    name: str
    title: str
    tables: tuple[str, ...]
    says: dict[str, str]
    read: Reader


SECTIONS: dict[str, Section] = {}

# Tables with people in them that an export does not tell of, and why.
LEFT_OUT = {
    "contact_alarms": "the old number or address until its alarm was sent, minutes later; the alarm itself tells of it",
    "sign_in_codes": "one attempt to sign in, deleted within a day",
    "passkey_challenges": "one attempt to sign in, deleted within minutes",
    "officer_enrolments": "officers' first sign-in",
    "officer_roles": "officers' duties",
    "register_clients": "machines of other authorities, and which officer let them in",
    "register_pushes": "when such a machine sent how much; what of it is about her is told with the registers",
    "register_nonces": "that such a machine said a number once",
    "idempotency_keys": "technical: the receipts they repeat are the orders themselves",
    "mandate_journals": "the last line's hash of each journal, repeated from the journal",
    "archives": "made when an account is erased: then there is nobody to export for",
    "answers": "read with the carts",
    "cart_lines": "read with the carts",
    "cart_materials": "read with the files",
    "case_files": "read with the files",
    "uploads": "a file on its way, forgotten after three days; what it has become is told with the files",
    "upload_parts": "the pieces of such a file",
    "showings": "a code on her screen for ten minutes; who looked is told",
    "showing_codes": "a code on her screen for a minute and a half",
    "consent_texts": "read with the consents",
    "staff": "who works at a service point, as the organisation entered it",
    "guide_versions": "guides written at the desk",
    "document_wordings": "an office's words for its documents",
    "notice_wordings": "the city's words for its notices",
    "city_texts": "the city's texts in other languages",
    "item_events": "the history of an item at the desk",
    "calendar_changes": "who changed a day of the calendar at the desk",
    "joint_opinions": "told as events of the case",
    "joint_meetings": "told as events of the case; the notes are the offices' own",
    "catalogue_imports": "tables of guides an editor brought",
    "word_changes": "changes to the city's vocabulary at the desk",
    "word_events": "the history of such a change",
    "case_notes": "officers' notes to each other; what was decided and why is told with the cases",
    "decision_drafts": "a decision before it is one; the decision itself is told with the cases",
    "relied_on": "which register or certificate a decision stood on, as keyed hashes; told with the decisions",
    "approval_switches": "that an officer stopped the machine, and why",
    "approval_shares": "how many grants are looked at again",
    "rechecks": "a grant somebody looks at again; what came of it is told as events of the case",
    "source_inquiries": "what an officer found wrong with a register",
    "inquiry_lines": "which cases stood on it: what was done is told as events of the case",
    "outreach_looks": "that an officer saw whom nothing digital reaches",
    "rule_trials": "that an editor tried rules over decided cases",
    "rule_trial_lines": "how a case would have come out under rules that are no rules yet",
    "bulk_moves": "that an officer took one step for many cases",
    "bulk_lines": "what came of it for each; the step itself is told with the cases",
    "absences": "officers' absences",
    "desk_views": "officers' filters",
    "correction_texts": "an office's words for its notices",
    "role_events": "officers' duties",
}


def section(name: str, title: str, /, *tables: str, **says: str) -> Callable[[Reader], Reader]:
    """Enters a section; `says`: column → what it means, in the order in which it is printed."""

    def entered(read: Reader) -> Reader:
        SECTIONS[name] = Section(name, title, tables, says, read)
        return read

    return entered


async def gather(of: Gathering) -> dict[str, list[Row]]:
    return {name: await each.read(of) for name, each in SECTIONS.items()}


def schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of `data.json` in the package."""
    columns = {
        name: {
            "type": "array",
            "title": each.title,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {column: {"title": title} for column, title in each.says.items()},
                "required": list(each.says),
            },
        }
        for name, each in SECTIONS.items()
    }
    head = {"format": {"const": 1}, "made_at": {"type": "string", "format": "date-time"}}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "随手办：我的全部资料",
        "type": "object",
        "additionalProperties": False,
        "required": [*head, *columns],
        "properties": {**head, **columns},
    }
