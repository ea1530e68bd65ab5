"""Issuing certificates, taking them from registers, and saying whether they hold."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.catalogue.model import Pack
from backend.certificates.model import Certificate, Content, Granted, Issue, State
from backend.certificates.queries import place
from backend.certificates.rules import canonical, fields_of, issuer_code, last_day, type_code
from backend.core.codes import certificate_number
from backend.core.crypto import DataKey, Vault
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.events import PAPERS, NewEvent, record
from backend.core.i18n import _
from backend.core.jobs import Named, enqueue_all
from backend.core.viewer import hash_of

LEAST_REASON = 4  # characters


async def issue(tx: Tx, pack: Pack, granted: Sequence[Granted]) -> list[Named]:
    """The certificates of granted cases, each once; none of a type that the city knows no more. Returns the jobs that print them.

    Two of one kind for the same party are issued one after the other: the second takes the place of the first.
    """
    known = [one for one in granted if one.type in pack.certificates]
    jobs: list[Named] = []
    while known:
        firsts = list({(one.holder_id, one.type, one.party_id): one for one in reversed(known)}.values())[::-1]
        jobs += await _write(tx, await _issues(tx, pack, firsts))
        known = [one for one in known if one not in firsts]
    return jobs


async def _issues(tx: Tx, pack: Pack, granted: Sequence[Granted]) -> list[Issue]:
    holders = {holder: await _holder(tx, holder) for holder in {one.holder_id for one in granted}}
    places = await _places(tx, pack, granted)
    found = []
    for one, (serial, before) in zip(granted, places, strict=True):
        kind, (key, name) = pack.certificates[one.type], holders[one.holder_id]
        until = last_day(kind, one.filed, tx.today)
        wanted = _wanted(pack, one.type, one.holder_id, name, one.party_id, key)
        fields = fields_of(kind, one.filed, until)
        found.append(
            msgspec.structs.replace(
                wanted, case_id=one.case_id, fields=fields, serial=serial, valid_from=tx.today, valid_until=until, replaces=before
            )
        )  # fmt: skip
    return found


async def _places(tx: Tx, pack: Pack, granted: Sequence[Granted]) -> list[tuple[str, tuple[UUID, str] | None]]:
    """Of each its serial (the day and the next of one sequence: whatever is rolled back leaves a gap, and no number comes twice)
    and the one that holds of the same type about the same party, whose place it takes; held until the commit."""
    rows = await tx.db.fetch(
        """SELECT nextval('certificate_serial') AS serial, b.id, b.number
           FROM unnest($1::uuid[], $2::text[], $3::uuid[]) WITH ORDINALITY AS w(granted, type, party, n)
           LEFT JOIN LATERAL certificate_before(w.granted, w.type, w.party) b ON true ORDER BY w.n""",
        [one.case_id for one in granted],
        ["" if pack.certificates[one.type].several else one.type for one in granted],
        [one.party_id for one in granted],
    )
    return [(f"{tx.today:%Y%m%d}{row['serial']:08}", (row["id"], row["number"]) if row["id"] else None) for row in rows]


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
        return await _take(tx, wanted)
    if last["state"] != "valid" or _same(key, last, wanted):
        return None
    newer = msgspec.structs.replace(wanted, version=last["version"] + 1, replaces=(last["id"], last["number"]))
    return await _take(tx, newer)


async def _take(tx: Tx, wanted: Issue) -> UUID:
    (job,) = await _write(tx, [wanted])
    await enqueue_all(tx.db, [job], behind=PAPERS)
    return job[1]["certificate"]  # type: ignore[no-any-return]


def _wanted(pack: Pack, kind: str, holder: UUID, name: str, party: UUID | None, key: DataKey) -> Issue:
    named = pack.certificates[kind]
    office = pack.departments[named.issuer]
    issuer = issuer_code(office, pack.city.region)
    return Issue(
        type=kind, label=named.label, department_id=named.issuer, department_name=office.name, kind=type_code(named, issuer),
        issuer=issuer, about=named.about, holder_id=holder, holder_name=name, party_id=party, fields={}, valid_from=date.min,
        valid_until=None, key=key,
    )  # fmt: skip


async def _write(tx: Tx, wanted: Sequence[Issue]) -> list[Named]:
    """Numbered, signed and sealed; the PDFs follow by jobs. Nothing for a case that has its certificate already."""
    written = await tx.db.fetch(
        """INSERT INTO certificates (id, number, type, department_id, holder_id, party_id, case_id, source, sealed, digest, signature, key_id,
                                     issued_at, valid_from, valid_until, state_since, replaces, token_hash)
           SELECT w.id, w.number, w.type, w.department_id, w.holder_id, w.party_id, w.case_id, w.source, b.sealed, b.digest, b.signature,
                  w.key_id, $1, w.valid_from, w.valid_until, $1, w.replaces, b.token_hash
           FROM ROWS FROM (jsonb_to_recordset($2) AS (id uuid, number text, type text, department_id text, holder_id uuid, party_id uuid,
                case_id uuid, source text, key_id text, valid_from date, valid_until date, replaces uuid)) WITH ORDINALITY
                AS w(id, number, type, department_id, holder_id, party_id, case_id, source, key_id, valid_from, valid_until, replaces, n)
           JOIN unnest($3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[]) WITH ORDINALITY AS b(sealed, digest, signature, token_hash, n) USING (n)
           ORDER BY n ON CONFLICT (case_id) DO NOTHING RETURNING id""",
        tx.now,
        *_rows(tx, wanted),
    )
    return [("make_certificate", {"certificate": row["id"]}) for row in written]


def _rows(tx: Tx, wanted: Sequence[Issue]) -> tuple[list[Any], ...]:
    """What is plain as JSON, and beside it what is bytes: sealed words, digest, signature, hash of the token."""
    plain: list[Any] = []
    raw: list[tuple[bytes, bytes, bytes, bytes]] = []
    for one in wanted:
        certificate = uuid4()
        content = _content(tx, one)
        text = canonical(content)
        signed = tx.vault.keyring.sign(text)
        row = {
            "id": certificate, "number": content.number, "type": one.type, "department_id": one.department_id, "holder_id": one.holder_id,
            "party_id": one.party_id, "case_id": one.case_id, "source": content.source, "key_id": signed.key_id,
            "valid_from": one.valid_from, "valid_until": one.valid_until, "replaces": one.replaces and one.replaces[0],
        }  # fmt: skip
        plain.append(msgspec.to_builtins(row))
        token = hash_of(token_of(tx.vault, certificate))
        raw.append(
            (one.key.seal(text, place(certificate)), hashlib.sha256(text).digest(), signed.signature, token)
        )  # fmt: skip
    return plain, *map(list, zip(*raw, strict=True))


def _content(tx: Tx, one: Issue) -> Content:
    until = one.valid_until
    return Content(
        number=certificate_number(one.kind, one.issuer, one.serial, one.version), type=one.type, label=one.label,
        issuer=one.department_name, holder=one.holder_name, about=one.about, fields=one.fields, issued_at=tx.now.isoformat(),
        valid_from=one.valid_from.isoformat(), valid_until=until.isoformat() if until else None,
        source="issued" if one.case_id else "register", replaces=one.replaces and one.replaces[1],
    )  # fmt: skip


def token_of(vault: Vault, certificate: UUID) -> str:
    """What the QR on its PDF leads to: 128 bits nobody can guess and no table holds."""
    return urlsafe_b64encode(vault.blind(str(certificate), "certificate")[:16]).decode().rstrip("=")


def check_value(vault: Vault, certificate: UUID) -> str:
    """What is asked of whoever scanned it: eight digits that stand on the paper and in no table."""
    digits = int.from_bytes(vault.blind(str(certificate), "certificate-check")[:8]) % 10**8
    return f"{digits // 10**4:04} {digits % 10**4:04}"


async def _holder(tx: Tx, holder: UUID) -> tuple[DataKey, str]:
    if tx.visitor and tx.visitor.principal_id == holder:
        return tx.key, tx.visitor.principal_name
    row = await tx.db.fetchrow("SELECT key_wrapped, name_sealed FROM accounts WHERE id = $1", holder)
    if row is None:
        raise NotFound()
    key = tx.vault.key(row["key_wrapped"])
    return key, key.open(row["name_sealed"], f"name:{holder}").decode()


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
