"""Making documents: numbered in one transaction, printed and signed outside any, kept in a second one.

1. `number`: for each event that asks for one a row with the next number of its office, kind and year; again: nothing new.
2. `sheet_of`: what the paper says, read in the same transaction.
3. The press sets them, the platform signs them, the bytes are sealed under the principal's key and stored.
4. `keep`: the row gets its hash and place. A job that dies in between finds the row unmade and goes on from there.
"""

import asyncio
import hashlib
import io
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

import asyncpg
import msgspec
import segno

from backend.cases.model import Event
from backend.cases.queries import case_by_id
from backend.core.crypto import DataKey, Vault
from backend.core.db import Tx
from backend.core.jobs import Work
from backend.core.printing import MOST, printed
from backend.core.signature import PlatformSigner
from backend.core.stores import open_store, put
from backend.core.viewer import hash_of
from backend.documents.content import ONLINE, applicant_of, day_in_words, values_of
from backend.documents.kinds import AT, Kind, number_of
from backend.documents.model import Asked, CityWords, Sheet, Wording
from backend.documents.rules import Value, filled
from backend.documents.wordings import city_words, wording_of, words_by_id

TEMPLATE = "document.typ"
SEAL = "（印章处）"
CHECK = "扫码可查验真伪。平台签名只证明文件由本平台生成、没有改动，不是法定电子印章。"
SIGNS = ["受送达人签名", "送达人签名"]


async def make(work: Work, events: Sequence[int]) -> None:
    """The documents of these events, made; those that are made already are left alone."""
    async with work.transaction() as tx:
        asked = await number(tx, events)
    await finish(work, asked)


async def finish(work: Work, asked: Sequence[UUID]) -> None:
    """One that cannot be printed keeps no other from being made; it fails the job when the others are done."""
    failed: list[BaseException] = []
    for first in range(0, len(asked), MOST):
        failed += await _print(work, asked[first : first + MOST])
    if failed:
        raise failed[0]


async def number(tx: Tx, events: Sequence[int]) -> list[UUID]:
    """The ids of all documents these events ask for that are not made yet, the new ones with their number."""
    city = await city_words(tx.db)
    if city is not None:
        for row in await _unnumbered(tx, events):
            await _number(tx, city, row["id"], row["case_id"], AT[row["kind"]], row["department_id"], row["year"])
    rows = await tx.db.fetch(
        "SELECT id FROM documents WHERE event_id = ANY($1) AND made_at IS NULL ORDER BY numbered_at, number",
        list(events),
    )
    return [row["id"] for row in rows]


async def _unnumbered(tx: Tx, events: Sequence[int]) -> list[asyncpg.Record]:
    """In one order for all jobs, so that two of them never wait for each other's numbers crosswise."""
    return await tx.db.fetch(
        """SELECT e.id, e.case_id, e.kind, e.department_id, extract(year FROM e.at AT TIME ZONE 'Asia/Shanghai')::integer AS year
           FROM events e WHERE e.id = ANY($1) AND e.kind = ANY($2) AND e.case_id IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.event_id = e.id) ORDER BY e.department_id, e.kind, e.id""",
        list(events),
        list(AT),
    )


async def _number(tx: Tx, city: CityWords, event: int, case: UUID, kind: Kind, department: str, year: int) -> None:
    """Another job that was first with this event makes ours fail: its number goes back with the transaction, and no gap is left."""
    wording = await wording_of(tx.db, city, department, kind.name)
    document = uuid4()
    serial = await tx.db.fetchval(
        """INSERT INTO document_serials AS s (department_id, kind, year, last) VALUES ($1, $2, $3, 1)
           ON CONFLICT (department_id, kind, year) DO UPDATE SET last = s.last + 1 RETURNING last""",
        department,
        kind.name,
        year,
    )
    await tx.db.execute(
        """INSERT INTO documents (id, case_id, event_id, department_id, kind, year, serial, number, title, dated, wording_id,
                                  token_hash, numbered_at)
           SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, (e.at AT TIME ZONE 'Asia/Shanghai')::date, $10, $11, $12
           FROM events e WHERE e.id = $3""",
        document, case, event, department, kind.name, year, serial, number_of(kind, department, year, serial), wording.title,
        wording.id, hash_of(token_of(tx.vault, document)), tx.now,
    )  # fmt: skip


def token_of(vault: Vault, document: UUID) -> str:
    """What the QR of a document leads to: 128 bits nobody can guess and no table holds."""
    return urlsafe_b64encode(vault.blind(str(document), "document")[:16]).decode().rstrip("=")


async def _print(work: Work, wanted: Sequence[UUID]) -> list[BaseException]:
    """Why some could not be printed."""
    async with work.transaction() as tx:
        asked = await _asked(tx, wanted)
        sheets = [await sheet_of(tx, one, work.settings.public_url) for one in asked]
        keys = {one.case_id: await _key_of(tx, one.case_id) for one in asked}
    papers = await asyncio.gather(*(printed(TEMPLATE, sheet) for sheet in sheets), return_exceptions=True)
    signer, store, now = PlatformSigner(work.settings.signing_key), open_store(work.settings), work.clock()
    made: list[tuple[UUID, bytes, str]] = []
    for one, paper in zip(asked, papers, strict=True):
        if isinstance(paper, bytes):
            signed = await asyncio.to_thread(signer.sign, paper, now)
            made.append((one.id, signed, await put(store, keys[one.case_id].seal(signed, place(one.id)))))
    async with work.transaction(now) as tx:
        await _keep(tx, made)
    return [paper for paper in papers if isinstance(paper, BaseException)]


async def _asked(tx: Tx, wanted: Sequence[UUID]) -> list[Asked]:
    rows = await tx.db.fetch(
        """SELECT x.id, x.case_id, x.event_id, x.kind, x.number, x.title, x.dated, d.name AS department_name, x.wording_id
           FROM documents x JOIN departments d ON d.id = x.department_id
           WHERE x.id = ANY($1) AND x.made_at IS NULL ORDER BY x.numbered_at, x.number""",
        list(wanted),
    )
    return msgspec.convert(rows, list[Asked])


async def sheet_of(tx: Tx, asked: Asked, public_url: str) -> Sheet:
    case, event = await case_by_id(tx.db, asked.case_id), await _event(tx, asked.event_id)
    city = await city_words(tx.db)
    assert city is not None  # it gave the document its number
    wording = await words_by_id(tx.db, city, asked.kind, asked.wording_id)
    values = await values_of(tx, case, event, city.remedies)
    return worded(
        asked,
        wording,
        values,
        await applicant_of(tx, case, event.at),
        f"{public_url}/verify/{token_of(tx.vault, asked.id)}",
    )


def worded(
    asked: Asked, wording: Wording, values: Mapping[str, Value], to: str, address: str, check: str = CHECK
) -> Sheet:
    """Pure. A delivery receipt is a form between two people: nobody is addressed, and both sign unless it came online."""
    form = asked.kind == "delivery_receipt"
    return Sheet(
        title=asked.title,
        office=asked.department_name,
        number=asked.number,
        to="" if form else f"{to}：",
        parts=filled(wording.body, values),
        dated=day_in_words(asked.dated),
        seal=SEAL,
        signs=SIGNS if form and values.get("送达方式") != ONLINE else [],
        check=check,
        qr=_qr(address),
    )


def _qr(address: str) -> str:
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", scale=4, border=0, xmldecl=False)
    return picture.getvalue().decode()


async def _event(tx: Tx, event: int) -> Event:
    row = await tx.db.fetchrow(
        "SELECT id, kind, actor_kind, actor_id, at, public, data FROM events WHERE id = $1", event
    )
    return msgspec.convert(row, Event)


async def _key_of(tx: Tx, case: UUID) -> DataKey:
    """The principal's, or the archive's of somebody who is forgotten."""
    return tx.vault.key(
        await tx.db.fetchval(
            """SELECT CASE WHEN a.erased_at IS NULL THEN a.key_wrapped ELSE coalesce(r.key_wrapped, a.key_wrapped) END
               FROM cases c JOIN accounts a ON a.id = c.principal_id LEFT JOIN archives r ON r.account_id = a.id WHERE c.id = $1""",
            case,
        )
    )


def place(document: UUID) -> str:
    """Where sealed bytes belong: they open as no other document."""
    return f"document:{document}"


async def _keep(tx: Tx, made: Sequence[tuple[UUID, bytes, str]]) -> None:
    """Once: of two that printed the same one the first is kept."""
    await tx.db.execute(
        """UPDATE documents d SET made_at = $1, sha256 = m.sha256, size = m.size, store_key = m.store_key
           FROM unnest($2::uuid[], $3::bytea[], $4::integer[], $5::text[]) AS m(id, sha256, size, store_key)
           WHERE d.id = m.id AND d.made_at IS NULL""",
        tx.now,
        [document for document, _paper, _key in made],
        [hashlib.sha256(paper).digest() for _document, paper, _key in made],
        [len(paper) for _document, paper, _key in made],
        [key for _document, _paper, key in made],
    )


async def overdue(tx: Tx) -> tuple[list[int], list[UUID]]:
    """What a lost job left: events of the last days without their document, and documents numbered an hour ago and not made."""
    events = await tx.db.fetch(
        """SELECT e.id FROM events e WHERE e.at BETWEEN $1::timestamptz - interval '7 days' AND $1::timestamptz - interval '10 minutes' AND e.kind = ANY($2)
           AND e.case_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.event_id = e.id) ORDER BY e.id LIMIT 1000""",
        tx.now,
        list(AT),
    )
    unmade = await tx.db.fetch(
        "SELECT id FROM documents WHERE made_at IS NULL AND numbered_at < $1::timestamptz - interval '1 hour' ORDER BY numbered_at LIMIT 1000",
        tx.now,
    )
    return [row["id"] for row in events], [row["id"] for row in unmade]
