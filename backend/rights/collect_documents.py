"""Section of an export: the documents offices issued to her, each with its PDF."""

from uuid import UUID

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
