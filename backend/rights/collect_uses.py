"""Sections of an export: what filings used of her certificates, the words she agreed to, and who looked at them."""

from backend.rights.gathering import Gathering, section
from backend.rights.model import Row


@section(
    "certificate_uses",
    "办件时用过的证照和登记",
    "use_consents",
    "case_sources",
    order="提交编号",
    words="您同意的话",
    by_other="别人替您同意的",
    sources="用了什么",
    at="什么时候",
    text_hash="那段话的 SHA-256",
)
async def certificate_uses(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT u.order_id, o.number AS "order", u.words_sealed, u.given_by <> u.principal_id AS by_other, u.given_at AS at,
                  encode(u.text_hash, 'hex') AS text_hash,
                  ARRAY(SELECT DISTINCT coalesce(s.number, s.source) FROM case_sources s JOIN cases c ON c.id = s.case_id
                        WHERE c.order_id = u.order_id ORDER BY 1) AS sources
           FROM use_consents u JOIN orders o ON o.id = u.order_id WHERE u.principal_id = $1 ORDER BY u.given_at, o.number""",
        of.account,
    )
    return [
        {
            "order": row["order"],
            "words": of.key.open(row["words_sealed"], f"use:{row['order_id']}").decode(),
            "by_other": row["by_other"],
            "sources": row["sources"],
            "at": row["at"],
            "text_hash": row["text_hash"],
        }
        for row in rows
    ]


@section(
    "certificate_looks",
    "谁看过您的证照",
    "certificate_looks",
    certificate="电子证照标识",
    by="谁看的",
    elements="看到哪几项",
    at="什么时候",
)
async def certificate_looks(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT c.number AS certificate, coalesce(d.name, '扫码的人') AS by, l.elements, l.at
           FROM certificate_looks l JOIN certificates c ON c.id = l.certificate_id LEFT JOIN departments d ON d.id = l.department_id
           WHERE l.holder_id = $1 ORDER BY l.at, l.id""",
        of.account,
    )
    return [dict(row) for row in rows]
