"""The PDF of a certificate: set from the words that were signed, with the platform's signature in it, sealed under the holder's key.

Never in the transaction that issues it: the certificate is the signed record, and holds before anything is printed.
"""

import asyncio
import hashlib
import io
from datetime import date
from uuid import UUID

import msgspec
import segno

from backend.catalogue.answers import shown
from backend.catalogue.model import Pack
from backend.catalogue.queries import city
from backend.certificates.actions import check_value, token_of
from backend.certificates.model import Certificate, Content
from backend.certificates.queries import opened, paper_place
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.jobs import Work
from backend.core.printing import printed
from backend.core.signature import PlatformSigner
from backend.core.stores import open_store, put

TEMPLATE = "certificate.typ"
CHECK = "扫码后输入查验码，可查真伪和是否有效。平台签名只证明由本平台生成、没有改动，不是法定电子印章。"


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The data of pwa/print/certificate.typ. `qr`: SVG."""

    title: str
    office: str
    rows: list[tuple[str, str]]
    number: str
    dated: str
    valid: str
    code: str
    check: str
    qr: str
    lang: str = "zh-Hans"


async def make(work: Work, certificate: UUID) -> None:
    """Once: what was made is left alone, and of two that print the same one the first is kept."""
    async with work.transaction() as tx:
        found = await _unmade(tx, certificate)
        if found is None:
            return
        one, key = found
        sheet = sheet_of(tx, one, (await city(tx.db)).pack, work.settings.public_url)
    paper = await asyncio.to_thread(
        PlatformSigner(work.settings.signing_key).sign, await printed(TEMPLATE, sheet), work.clock()
    )
    store_key = await put(open_store(work.settings), key.seal(paper, paper_place(certificate)))
    async with work.transaction() as tx:
        await tx.db.execute(
            "UPDATE certificates SET made_at = $2, sha256 = $3, size = $4, store_key = $5 WHERE id = $1 AND made_at IS NULL",
            certificate,
            tx.now,
            hashlib.sha256(paper).digest(),
            len(paper),
            store_key,
        )


async def _unmade(tx: Tx, certificate: UUID) -> tuple[Certificate, DataKey] | None:
    """None also for one whose words cannot be opened any more: nothing is printed that was not signed."""
    row = await tx.db.fetchrow(
        """SELECT x.id, x.number, x.type, x.department_id, x.holder_id, x.party_id, x.case_id, x.source, x.sealed, x.digest, x.signature, x.key_id,
                  x.issued_at, x.valid_from, x.valid_until, x.state, x.state_since, x.state_reason, x.replaces, a.key_wrapped
           FROM certificates x JOIN accounts a ON a.id = x.holder_id WHERE x.id = $1 AND x.made_at IS NULL AND a.erased_at IS NULL""",
        certificate,
    )
    if row is None:
        return None
    key = tx.vault.key(row["key_wrapped"])
    one = opened(tx, row, key)
    return (one, key) if one.content else None


def sheet_of(tx: Tx, one: Certificate, pack: Pack, public_url: str) -> Sheet:
    content = one.content
    assert content is not None  # only what is as it was signed is printed
    return Sheet(
        title=content.label,
        office=content.issuer,
        rows=[(label, words) for label, words in rows_of(content, pack) if words],
        number=one.number,
        dated=day_in_words(one.valid_from),
        valid=f"{day_in_words(one.valid_from)} 至 {day_in_words(one.valid_until)}" if one.valid_until else "长期",
        code=check_value(tx.vault, one.id),
        check=CHECK,
        qr=_qr(f"{public_url}/verify/{token_of(tx.vault, one.id)}"),
    )


def rows_of(content: Content, pack: Pack, *, masked: bool = False) -> list[tuple[str, str]]:
    """(label, words) of whose it is and its fields, in the order the type names them; what the city knows no more by its code.
    What holding one means goes without saying."""
    kind = pack.certificates.get(content.type)
    unsaid = set(kind.means).difference(kind.fields) if kind else set()
    order = [code for code in (*(kind.fields if kind else ()), *content.fields) if code not in unsaid]
    said = _fields_in_words(content, pack, order, masked)
    return said if content.holder in (words for _label, words in said) else [("持证人", content.holder), *said]


def _fields_in_words(content: Content, pack: Pack, order: list[str], masked: bool) -> list[tuple[str, str]]:
    return [
        (pack.elements[code].label, shown(pack.elements[code], content.fields[code], pack.city.regions, masked=masked))
        if code in pack.elements
        else (code, str(content.fields[code]))
        for code in dict.fromkeys(order)
        if code in content.fields
    ]


def day_in_words(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def _qr(address: str) -> str:
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="svg", scale=4, border=0, xmldecl=False)
    return picture.getvalue().decode()


async def overdue(tx: Tx) -> list[UUID]:
    """What a lost job left unprinted."""
    rows = await tx.db.fetch(
        """SELECT x.id FROM certificates x JOIN accounts a ON a.id = x.holder_id
           WHERE x.made_at IS NULL AND a.erased_at IS NULL AND x.issued_at < $1::timestamptz - interval '10 minutes' ORDER BY x.issued_at LIMIT 500""",
        tx.now,
    )
    return [row["id"] for row in rows]
