"""Who else has to sign a line, exactly what, and what became of it. Pure.

A signature counts for one text: everything that is asked and handed in for the line, as it stands. Change any of it, and
the signature has lapsed. She is shown the same in words, with other people's secrets left out.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from backend.cart.model import Draft, Line, Need
from backend.cart.naming import names_of
from backend.catalogue.answers import shown
from backend.core.i18n import _

State = Literal["missing", "waiting", "signed", "declined", "lapsed", "expired"]
STATES: dict[State, str] = {
    "missing": _("还没有请对方签"),
    "waiting": _("等对方签"),
    "signed": _("签好了"),
    "declined": _("对方没有同意"),
    "lapsed": _("内容改过了，要重新签"),
    "expired": _("过了 14 天没有签，请再发一次"),
}


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """One question to one person about one line, as it is stored. `via`: phone, agent or counter."""

    id: UUID
    line_id: UUID
    party_id: UUID
    state: Literal["waiting", "signed", "declined", "withdrawn"]
    text_hash: bytes
    asked_at: datetime
    expires_at: datetime
    via: str | None = None


class Row(msgspec.Struct, frozen=True):
    """One answer or material as the signer reads it."""

    label: str
    value: str


class SignedWords(msgspec.Struct, frozen=True, kw_only=True):
    """What she is shown, sealed with the question: the thing, whose it is, as what she signs, and every row."""

    item: str
    item_code: str
    level: str
    agent: bool
    department: str
    principal: str
    asked_by: str
    role: str
    signer: str
    number: str  # masked
    rows: tuple[Row, ...]
    materials: tuple[Row, ...]


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who has to sign a line. `number` None: not filled in yet. `signature`: the newest question, if any."""

    line: UUID
    item: str
    party: UUID
    role: str
    name: str
    number: str | None
    state: State
    signature: UUID | None = None
    via: str | None = None

    @property
    def key(self) -> str:
        return f"{self.line}.{self.party}"


def signers_of(draft: Draft, principal: str, given: Iterable[Signature], hashes: dict[UUID, bytes]) -> list[Signer]:
    """Everybody but the one who files. `hashes`: the text of each line as it stands now."""
    newest = {(one.line_id, one.party_id): one for one in sorted(given, key=lambda one: one.asked_at)}
    names = names_of(draft, principal)
    return [
        Signer(
            line=line.id,
            item=line.item.name,
            party=party,
            role=line.item.roles[role].label,
            name=str(_value(draft, party, "person.name") or names.get(party, "")),
            number=_value(draft, party, "person.id_number"),
            state=_state(newest.get((line.id, party)), hashes[line.id], draft.now),
            signature=getattr(newest.get((line.id, party)), "id", None),
            via=getattr(newest.get((line.id, party)), "via", None),
        )
        for line in draft.lines
        for role, party in others_who_sign(draft, line)
    ]


def others_who_sign(draft: Draft, line: Line) -> Iterator[tuple[str, UUID]]:
    """Role and party; nobody where the law wants paper, and not who files it herself."""
    if line.gone or line.item.on_paper:
        return
    for role in line.item.signs:
        for party in line.parties.get(role, ()) if takes_part(draft, line, role) else ():
            known = draft.parties.get(party)
            if known and not known.is_self and not known.handler:
                yield role, party


def unfinished(draft: Draft, line: UUID) -> bool:
    """What is still to be filled in or handed in would change the text."""
    sheet = draft.sheet
    asked = any(question.problem and line in question.needed_by for question in sheet.questions)
    return asked or any(need.problem and line in need.needed_by for need in sheet.materials) or any(role.line == line for role in sheet.roles)  # fmt: skip


def takes_part(draft: Draft, line: Line, role: str) -> bool:
    """An optional role of which nothing is asked plays none: the spouse of a widow."""
    asked = {subject for subject, _element in draft.sheet.states[line.id].cells}
    return not line.item.roles[role].optional or any(party in asked for party in line.parties.get(role, ()))


def _state(signature: Signature | None, text_hash: bytes, now: datetime) -> State:
    if signature is None or signature.state == "withdrawn":
        return "missing"
    if signature.text_hash != text_hash:
        return "lapsed"
    if signature.state == "waiting" and signature.expires_at <= now:
        return "expired"
    return signature.state


def _value(draft: Draft, party: UUID, element: str) -> Any:
    settled = draft.sheet.settled.get((party, element))
    return settled.value if settled else None


def text_of(draft: Draft, line: Line) -> bytes:
    """Everything that is asked and handed in for the line, in one fixed way of writing: what the hash is made from."""
    settled = draft.sheet.settled
    asked = sorted((str(s), e) for s, e in draft.sheet.states[line.id].cells if (s, e) in settled)
    cells = [[subject, element, settled[UUID(subject), element].value] for subject, element in asked]
    materials = [[str(m.subject), m.material.code, m.variant, m.way, m.by, [str(f) for f in m.files]] for m in draft.materials_of(line.id)]  # fmt: skip
    bound = {role: [str(one) for one in ids] for role, ids in sorted(line.parties.items())}
    return msgspec.json.encode([line.item.code, line.version, bound, cells, materials], order="deterministic")


def words_of(draft: Draft, line: Line, signer: Signer, principal: str, asked_by: str) -> SignedWords:
    names = names_of(draft, principal)
    return SignedWords(
        item=line.item.name,
        item_code=line.item.code,
        level=line.item.level,
        agent=line.item.agent,
        department=draft.pack.departments[line.item.department].name,
        principal=principal,
        asked_by=asked_by,
        role=signer.role,
        signer=signer.name,
        number=f"{'*' * 14}{(signer.number or '')[-4:]}",
        rows=tuple(_rows(draft, line, signer, names)),
        materials=tuple(
            Row(f"{names.get(need.subject, '')}{need.material.label}", _handed_in(need)) for need in _needs(draft, line)
        ),
    )


def _rows(draft: Draft, line: Line, signer: Signer, names: dict[UUID, str]) -> Iterator[Row]:
    """Of other people only their names: what else they filled in is between them and the office."""
    for question in draft.sheet.questions:
        party = draft.parties.get(question.subject)
        private = party and party.kind in ("person", "bank_account") and party.id != signer.party
        if (
            line.id not in question.needed_by
            or question.settled is None
            or (private and question.element.code != "person.name")
        ):
            continue
        whose = f"{names[party.id]}的" if party and party.id != signer.party else ""
        label = (
            f"{whose}{question.element.label}"
            if question.element.code != "person.name" or not whose
            else _role_of(line, party)
        )
        yield Row(label, shown(question.element, question.settled.value, draft.pack.city.regions))


def _role_of(line: Line, party: Any) -> str:
    return next((line.item.roles[role].label for role, ids in line.parties.items() if party.id in ids), "")


def _needs(draft: Draft, line: Line) -> list[Need]:
    return [need for need in draft.sheet.materials if line.id in need.needed_by and need.way]


def _handed_in(need: Need) -> str:
    return (
        f"{len(need.files)} 个文件"
        if need.way == "file"
        else {"pledge": "写了承诺", "result_of": "等另一件办好"}.get(need.way, "从登记里取")
    )
