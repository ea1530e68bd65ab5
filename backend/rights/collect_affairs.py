"""Sections of an export: what she filled in, handed in and filed, and what came of it."""

from typing import Any
from uuid import UUID

from backend.cases.queries import facts_place
from backend.mandates.consent import open_words
from backend.rights.gathering import Gathering, section
from backend.rights.model import KeptFile, Row

SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


@section(
    "carts",
    "购物车",
    "carts",
    id="编号",
    state="状态",
    by_other="由代办人填",
    changed_at="最后改动",
    items="放进的事项",
    answers="填的内容",
)
async def carts(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT c.id, c.state, c.actor_id <> c.principal_id AS by_other, c.changed_at,
                  (SELECT coalesce(jsonb_agg(i.name ORDER BY l.position), '[]') FROM cart_lines l JOIN items i ON i.code = l.item_code
                   WHERE l.cart_id = c.id) AS items
           FROM carts c WHERE c.principal_id = $1 ORDER BY c.changed_at, c.id""",
        of.account,
    )
    return [{**dict(r), "answers": await _answers(of, r["id"])} for r in rows]


async def _answers(of: Gathering, cart: UUID) -> list[Row]:
    rows = await of.db.fetch(
        "SELECT subject, element, sealed, at FROM answers WHERE cart_id = $1 ORDER BY at, element", cart
    )
    return [
        {
            "subject": r["subject"],
            "element": r["element"],
            "label": of.label(r["element"]),
            "value": of.key.open_value(r["sealed"], f"answer:{cart}:{r['subject']}:{r['element']}"),
            "at": r["at"],
        }
        for r in rows
    ]


@section(
    "orders",
    "订单",
    "orders",
    number="编号",
    by_other="由代办人提交",
    channel="从哪里",
    filed_at="提交时间",
    saved="省下的",
)
async def orders(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT number, actor_id <> principal_id AS by_other, channel, filed_at, saved FROM orders
           WHERE principal_id = $1 ORDER BY filed_at""",
        of.account,
    )
    return [dict(r) for r in rows]


@section(
    "cases",
    "办件",
    "cases",
    number="编号",
    order="订单",
    item="事项",
    department="部门",
    state="状态",
    received_at="收到时间",
    accepted_at="受理时间",
    decided_at="办结时间",
    due="最晚",
    facts="交上去的内容",
    rules="系统核对的结果",
)
async def cases(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT c.id, c.number, o.number AS "order", i.name AS item, d.name AS department, c.state, c.received_at, c.accepted_at,
                  c.decided_at, c.due, c.facts_sealed, c.rules
           FROM cases c JOIN orders o ON o.id = c.order_id JOIN items i ON i.code = c.item_code
           JOIN departments d ON d.id = c.department_id WHERE c.principal_id = $1 ORDER BY c.received_at, c.number""",
        of.account,
    )
    return [_case(of, dict(r)) for r in rows]


def _case(of: Gathering, row: dict[str, Any]) -> Row:
    case, sealed = row.pop("id"), row.pop("facts_sealed")
    filed = of.key.open_value(sealed, facts_place(case))
    return {**row, "facts": [{**fact, "label": of.label(fact["element"])} for fact in filed]}


@section(
    "decisions", "机器核对的结果", "automatic_decisions", case="办件", outcome="结果", finding="每一条规则", at="时间"
)
async def decisions(of: Gathering) -> list[Row]:
    """What was found by machine, with the values it may name."""
    rows = await of.db.fetch(
        """SELECT c.number AS "case", d.outcome, d.finding, d.at FROM automatic_decisions d JOIN cases c ON c.id = d.case_id
           WHERE c.principal_id = $1 ORDER BY d.id""",
        of.account,
    )
    return [dict(r) for r in rows]


@section("events", "办件经过", "events", case="办件", kind="发生了什么", actor_kind="谁做的", at="时间", data="说明")
async def events(of: Gathering) -> list[Row]:
    """Also what is not on her timeline, such as who looked at her whole numbers."""
    rows = await of.db.fetch(
        """SELECT c.number AS "case", e.kind, e.actor_kind, e.at, e.data FROM events e LEFT JOIN cases c ON c.id = e.case_id
           WHERE e.principal_id = $1 ORDER BY e.id""",
        of.account,
    )
    return [dict(r) for r in rows]


@section(
    "files",
    "交过的文件",
    "files",
    id="编号",
    name="文件名",
    path="在压缩包里的位置",
    media_type="格式",
    size="字节数",
    pages="页数",
    sha256="内容的 SHA-256",
    uploaded_at="上传时间",
    cases="用在哪些办件",
    in_cart="在购物车里",
)
async def files(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT f.id, f.name_sealed, f.media_type, f.size, f.pages, encode(f.sha256, 'hex') AS sha256, f.uploaded_at,
                  f.scan IN ('off', 'clean') AS open, (SELECT coalesce(jsonb_agg(DISTINCT c.number), '[]') FROM case_files x JOIN cases c ON c.id = x.case_id WHERE x.file_id = f.id) AS cases,
                  EXISTS (SELECT 1 FROM cart_materials m WHERE m.file_id = f.id) AS in_cart
           FROM files f WHERE f.principal_id = $1 ORDER BY f.uploaded_at, f.id""",
        of.account,
    )
    return [_file(of, dict(r)) for r in rows]


def _file(of: Gathering, row: dict[str, Any]) -> Row:
    name = of.key.open(row.pop("name_sealed"), f"file:{row['id']}:name").decode()
    packed = path_of(row["id"], row["media_type"]) if row.pop("open") else ""
    return {"id": row["id"], "name": name, "path": packed} | row


def path_of(file: UUID, media_type: str) -> str:
    """Names may repeat and hold anything: in the package a file is called by its id."""
    return f"files/{file}.{SUFFIXES[media_type]}"


async def kept_files(of: Gathering) -> list[KeptFile]:
    rows = await of.db.fetch(
        "SELECT id, media_type, store_key FROM files WHERE principal_id = $1 AND scan IN ('off', 'clean') ORDER BY id",
        of.account,
    )
    return [KeptFile(r["id"], path_of(r["id"], r["media_type"]), r["store_key"]) for r in rows]


@section(
    "notices",
    "消息",
    "notices",
    "notice_followups",
    channel="怎么告诉的",
    words="关于什么",
    state="送到没有",
    created_at="时间",
    read_at="看过时间",
    how="工作人员后来怎么告诉的",
)
async def notices(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT n.channel, n.words, n.state, n.created_at, n.read_at, f.how FROM notices n
           LEFT JOIN notice_followups f ON f.notice_id = n.id WHERE n.person_id = $1 ORDER BY n.created_at, n.id""",
        of.account,
    )
    return [dict(r) for r in rows]


@section("wishes", "怎么告诉您", "notice_choices", "notice_habits", what="关于什么", how="您选的", at="时间")
async def wishes(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT matter AS what, array_to_string(channels, ' ') AS how, chosen_at AS at FROM notice_choices WHERE account_id = $1
           UNION ALL SELECT 'quiet', quiet_from || '–' || quiet_until || ' ' || as_agent, changed_at FROM notice_habits WHERE account_id = $1
           ORDER BY 1""",
        of.account,
    )
    return [dict(r) for r in rows]


@section("letters", "寄给您的信", "letters", state="状态", queued_at="写好时间", printed_at="打印时间")
async def letters(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        "SELECT state, queued_at, printed_at FROM letters WHERE person_id = $1 ORDER BY queued_at", of.account
    )
    return [dict(r) for r in rows]


@section(
    "mandates",
    "授权",
    "mandates",
    "mandate_events",
    id="编号",
    side="您是",
    other="对方",
    kind="种类",
    created_via="怎么授权的",
    items="事项",
    actions="可以做什么",
    consent="授权书原文",
    consent_hash="原文的 SHA-256",
    valid_from="从",
    valid_to="到",
    granted_at="授权时间",
    ended_at="结束时间",
    end_reason="怎么结束的",
    journal="用过的记录",
)
async def mandates(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT m.id, CASE WHEN m.principal_id = $1 THEN 'principal' ELSE 'agent' END AS side, m.kind, m.created_via, m.items, m.actions,
                  m.consent, m.consent_sealed, m.consent_hash, m.valid_from, m.valid_to, m.granted_at, m.ended_at, m.end_reason,
                  o.id AS other_id, o.name_sealed, o.key_wrapped, p.key_wrapped AS principal_key,
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('n', e.n, 'kind', e.kind, 'at', e.at, 'data', e.data,
                          'hash', encode(e.hash, 'hex')) ORDER BY e.n), '[]') FROM mandate_events e WHERE e.mandate_id = m.id) AS journal
           FROM mandates m JOIN accounts p ON p.id = m.principal_id JOIN accounts o ON o.id = CASE WHEN m.principal_id = $1 THEN m.agent_id ELSE m.principal_id END
           WHERE $1 IN (m.principal_id, m.agent_id) ORDER BY m.granted_at, m.id""",
        of.account,
    )
    return [_mandate(of, dict(r)) for r in rows]


def _mandate(of: Gathering, row: dict[str, Any]) -> Row:
    other, sealed, wrapped = row.pop("other_id"), row.pop("name_sealed"), row.pop("key_wrapped")
    principal, words, hashed = of.tx.vault.key(row.pop("principal_key")), row.pop("consent_sealed"), row["consent_hash"]
    return row | {
        "other": of.tx.vault.key(wrapped).open(sealed, f"name:{other}").decode(),
        "consent": open_words(principal, words, hashed, row["consent"]),
        "consent_hash": hashed.hex(),
    }


@section(
    "mandate_requests",
    "授权请求",
    "mandate_requests",
    side="您是",
    way="怎么问的",
    matters="事项",
    asked_at="时间",
    state="结果",
    answered_at="回答时间",
)
async def mandate_requests(of: Gathering) -> list[Row]:
    """Without whom: somebody who asks in vain is not told whether anybody is known by that name."""
    rows = await of.db.fetch(
        """SELECT CASE WHEN principal_id = $1 THEN 'principal' ELSE 'agent' END AS side, way, matters, asked_at, state, answered_at
           FROM mandate_requests WHERE $1 IN (principal_id, agent_id) ORDER BY asked_at, id""",
        of.account,
    )
    return [dict(r) for r in rows]
