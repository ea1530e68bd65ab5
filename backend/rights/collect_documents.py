"""Sections of an export: the documents offices issued to her and the certificates she holds, each with its PDF."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.certificates.model import Content
from backend.certificates.queries import place
from backend.rights.gathering import Gathering, section
from backend.rights.model import KeptFile, Row


@section(
    "documents",
    "收到的文书",
    "documents",
    id="编号",
    case="办件",
    title="文书",
    number="文号",
    department="部门",
    dated="日期",
    standing="还有没有效",
    path="在压缩包里的位置",
    sha256="内容的 SHA-256",
)
async def documents(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT x.id, c.number AS "case", x.title, x.number, d.name AS department, x.dated, standing_of(x) AS standing,
                  encode(x.sha256, 'hex') AS sha256
           FROM documents x JOIN cases c ON c.id = x.case_id JOIN departments d ON d.id = x.department_id
           WHERE c.principal_id = $1 AND x.made_at IS NOT NULL ORDER BY x.event_id""",
        of.account,
    )
    return [{**dict(row), "path": path_of(row["number"], row["id"])} for row in rows]


def path_of(number: str, document: UUID) -> str:
    """In the package: its number is what people look for; two never have the same."""
    return f"documents/{number}-{str(document)[:8]}.pdf"


async def kept_documents(of: Gathering) -> list[KeptFile]:
    rows = await of.db.fetch(
        """SELECT x.id, x.number, x.store_key FROM documents x JOIN cases c ON c.id = x.case_id
           WHERE c.principal_id = $1 AND x.made_at IS NOT NULL ORDER BY x.event_id""",
        of.account,
    )
    return [KeptFile(row["id"], path_of(row["number"], row["id"]), row["store_key"], "document") for row in rows]


@section(
    "certificates",
    "电子证照",
    "certificates",
    "certificate_changes",
    id="编号",
    label="证照",
    number="电子证照标识",
    fields="证照上写的",
    valid_from="从哪天起有效",
    valid_until="到哪天为止",
    state="还有没有效",
    state_reason="原因",
    signature="平台签名（Ed25519，十六进制）",
    sha256="签名内容的 SHA-256",
    path="在压缩包里的位置",
)
async def certificates(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT id, number, sealed, valid_from, valid_until, state, state_reason, encode(signature, 'hex') AS signature,
                  encode(digest, 'hex') AS sha256, made_at FROM certificates WHERE holder_id = $1 ORDER BY issued_at, number""",
        of.account,
    )
    return [_certificate(of, row) for row in rows]


def _certificate(of: Gathering, row: asyncpg.Record) -> dict[str, Any]:
    said = msgspec.json.decode(of.key.open(row["sealed"], place(row["id"])), type=Content)
    words = "；".join(f"{of.label(element)}：{of.words(element, value)}" for element, value in said.fields.items())
    told = {name: value for name, value in row.items() if name not in ("sealed", "made_at")}
    path = certificate_path(row["number"]) if row["made_at"] else ""
    return {**told, "label": said.label, "fields": words, "path": path}


def certificate_path(number: str) -> str:
    return f"certificates/{number}.pdf"


async def kept_certificates(of: Gathering) -> list[KeptFile]:
    rows = await of.db.fetch(
        "SELECT id, number, store_key FROM certificates WHERE holder_id = $1 AND made_at IS NOT NULL ORDER BY number",
        of.account,
    )
    return [KeptFile(row["id"], certificate_path(row["number"]), row["store_key"], "certificate") for row in rows]
