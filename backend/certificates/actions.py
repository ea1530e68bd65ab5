"""Issuing certificates, taking them from registers, and saying whether they hold."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.catalogue.model import Pack
from backend.certificates.model import Certificate, Content, Issue, State
from backend.certificates.queries import place
from backend.certificates.rules import canonical, fields_of, issuer_code, last_day, type_code
from backend.core.codes import certificate_number
from backend.core.crypto import DataKey, Vault
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.events import NewEvent, record
from backend.core.i18n import _
from backend.core.jobs import enqueue
from backend.core.viewer import hash_of

LEAST_REASON = 4  # characters


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """A case whose grant a certificate is issued on. `filed`: element → value, of the party it is about."""

    case_id: UUID
    case_number: str
    type: str
    holder_id: UUID
    party_id: UUID | None
    filed: Mapping[str, Any]


async def issue(tx: Tx, pack: Pack, granted: Granted) -> UUID | None:
    """The certificate of a granted case, once; None where the city knows no such type any more."""
    kind = pack.certificates.get(granted.type)
    if kind is None:
        return None
    key, name = await _holder(tx, granted.holder_id)
    until = last_day(kind, granted.filed, tx.today)
    before = None if kind.several else await _before(tx, granted)
    wanted = _wanted(pack, granted.type, granted.holder_id, name, granted.party_id, key)
    wanted = msgspec.structs.replace(
        wanted,
        case_id=granted.case_id,
        fields=fields_of(kind, granted.filed, until),
        valid_from=tx.today,
        valid_until=until,
        replaces=before,
    )
    return await _write(tx, wanted)


async def take_from_register(
    tx: Tx,
    pack: Pack,
    kind: str,
    *,
    holder: UUID,
    party: UUID | None,
    serial: str,
    fields: Mapping[str, Any],
    valid_from: date,
    valid_until: date | None,
) -> UUID | None:
    """As worker: what a register says somebody holds, under the issuer's own serial. Told the same again it is the same one; told
    something else, the new words replace the old. Returns its id, None if nothing is new."""
    key, name = await _holder(tx, holder)
    wanted = _wanted(pack, kind, holder, name, party, key)
    said = {element: fields[element] for element in pack.certificates[kind].fields if fields.get(element) is not None}
    wanted = msgspec.structs.replace(
        wanted,
        fields={**said, **pack.certificates[kind].means},
        serial=serial,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    last = await _newest(tx, wanted)
    if last is None:
        return await _write(tx, wanted)
    if last["state"] != "valid" or _same(key, last, wanted):
        return None
    newer = msgspec.structs.replace(wanted, version=last["version"] + 1, replaces=(last["id"], last["number"]))
    return await _write(tx, newer)


def _wanted(pack: Pack, kind: str, holder: UUID, name: str, party: UUID | None, key: DataKey) -> Issue:
    named = pack.certificates[kind]
    office = pack.departments[named.issuer]
    issuer = issuer_code(office, pack.city.region)
    return Issue(
        type=kind, label=named.label, department_id=named.issuer, department_name=office.name, kind=type_code(named, issuer),
        issuer=issuer, about=named.about, holder_id=holder, holder_name=name, party_id=party, fields={}, valid_from=date.min,
        valid_until=None, key=key,
    )  # fmt: skip


async def _write(tx: Tx, wanted: Issue) -> UUID | None:
    """Numbered, signed and sealed; its PDF follows by a job. None if the case has its certificate already."""
    certificate, until = uuid4(), wanted.valid_until
    serial = wanted.serial or await _next_serial(tx)
    number = certificate_number(wanted.kind, wanted.issuer, serial, wanted.version)
    content = Content(
        number=number, type=wanted.type, label=wanted.label, issuer=wanted.department_name, holder=wanted.holder_name,
        about=wanted.about, fields=wanted.fields, issued_at=tx.now.isoformat(), valid_from=wanted.valid_from.isoformat(),
        valid_until=until.isoformat() if until else None, source="issued" if wanted.case_id else "register",
        replaces=wanted.replaces and wanted.replaces[1],
    )  # fmt: skip
    text = canonical(content)
    signed = tx.vault.keyring.sign(text)
    written = await tx.db.execute(
        """INSERT INTO certificates (id, number, type, department_id, holder_id, party_id, case_id, source, sealed, digest, signature, key_id,
                                     issued_at, valid_from, valid_until, state_since, replaces, token_hash)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $13, $16, $17) ON CONFLICT (case_id) DO NOTHING""",
        certificate, number, wanted.type, wanted.department_id, wanted.holder_id, wanted.party_id, wanted.case_id, content.source,
        wanted.key.seal(text, place(certificate)), hashlib.sha256(text).digest(), signed.signature, signed.key_id, tx.now,
        wanted.valid_from, wanted.valid_until, wanted.replaces and wanted.replaces[0], hash_of(token_of(tx.vault, certificate)),
    )  # fmt: skip
    if written != "INSERT 0 1":
        return None
    await enqueue(tx.db, "make_certificate", {"certificate": str(certificate)})
    return certificate


def token_of(vault: Vault, certificate: UUID) -> str:
    """What the QR on its PDF leads to: 128 bits nobody can guess and no table holds."""
    return urlsafe_b64encode(vault.blind(str(certificate), "certificate")[:16]).decode().rstrip("=")


def check_value(vault: Vault, certificate: UUID) -> str:
    """What is asked of whoever scanned it: eight digits that stand on the paper and in no table."""
    digits = int.from_bytes(vault.blind(str(certificate), "certificate-check")[:8]) % 10**8
    return f"{digits // 10**4:04} {digits % 10**4:04}"


async def _next_serial(tx: Tx) -> str:
    """The day and the next of one sequence: whatever is rolled back leaves a gap, and no number comes twice."""
    return f"{tx.today:%Y%m%d}{await tx.db.fetchval('SELECT nextval($1)', 'certificate_serial'):08}"


async def _holder(tx: Tx, holder: UUID) -> tuple[DataKey, str]:
    row = await tx.db.fetchrow("SELECT key_wrapped, name_sealed FROM accounts WHERE id = $1", holder)
    if row is None:
        raise NotFound()
    key = tx.vault.key(row["key_wrapped"])
    return key, key.open(row["name_sealed"], f"name:{holder}").decode()


async def _before(tx: Tx, granted: Granted) -> tuple[UUID, str] | None:
    """The one that holds of the same type about the same party."""
    row = await tx.db.fetchrow(
        "SELECT id, number FROM certificate_before($1, $2, $3)", granted.case_id, granted.type, granted.party_id
    )
    return (row["id"], row["number"]) if row else None


async def _newest(tx: Tx, wanted: Issue) -> asyncpg.Record | None:
    """Of those the issuer gave this serial, the last version."""
    return await tx.db.fetchrow(
        """SELECT id, number, state, sealed, split_part(number, '.', 9)::integer AS version FROM certificates
           WHERE number LIKE $1 AND holder_id = $2 ORDER BY number DESC LIMIT 1""",
        certificate_number(wanted.kind, wanted.issuer, wanted.serial, 1)[:-5] + "%",
        wanted.holder_id,
    )


def _same(key: DataKey, last: asyncpg.Record, wanted: Issue) -> bool:
    said = msgspec.json.decode(key.open(last["sealed"], place(last["id"])), type=Content)
    until = wanted.valid_until.isoformat() if wanted.valid_until else None
    days = (wanted.valid_from.isoformat(), until)
    return (said.fields, said.holder, said.valid_from, said.valid_until) == (wanted.fields, wanted.holder_name, *days)


async def suspend(tx: Tx, one: Certificate, reason: str) -> None:
    """By whoever decides at the department that issued it; until it is resumed it counts for nothing."""
    await _move(tx, one, "suspended", "certificate_suspended", reason)


async def resume(tx: Tx, one: Certificate, reason: str) -> None:
    await _move(tx, one, "valid", "certificate_resumed", reason)


async def revoke(tx: Tx, one: Certificate, reason: str) -> None:
    """For good: what was revoked never holds again."""
    await _move(tx, one, "revoked", "certificate_revoked", reason)


async def _move(tx: Tx, one: Certificate, after: State, event: str, reason: str) -> None:
    said = reason.strip()
    if not LEAST_REASON <= len(said) <= 500:
        raise Invalid(Problem(_("请写明原因，至少 4 个字，最多 500 个字：持证人会看到。"), "reason"))
    moved = await tx.db.fetchval("SELECT move_certificate($1, $2, $3, $4)", one.id, one.state, after, said)
    if not moved:
        raise Conflict(
            _("这份证照刚才有了变化，或者这一步不由您来办。请再查一次。"),
            next_step="/desk/certificates",
            next_say=_("再查一次"),
        )
    told = NewEvent(
        kind=event,
        principal_id=one.holder_id,
        actor_kind="officer",
        actor_id=tx.viewer.id,
        department_id=one.department_id,
        data={
            "certificate": str(one.id),
            "item": one.content.label if one.content else "",
            "reason": said,
            "page": f"/certificates/{one.id}",
        },
    )
    await record(tx, [told])


async def note_look(tx: Tx, one: Certificate) -> None:
    """That an officer found it by its number; its holder reads it among the looks."""
    seen = NewEvent(
        kind="certificate_looked",
        principal_id=one.holder_id,
        actor_kind="officer",
        actor_id=tx.viewer.id,
        department_id=one.department_id,
        public=False,
        data={"certificate": str(one.id)},
    )
    await record(tx, [seen])
