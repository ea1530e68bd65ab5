"""Sections of an export: guides she keeps, signatures, and what was done for her at counters and by helpers."""

from backend.cart.signatures import about as about_signature
from backend.mandates.consent import open_words
from backend.rights.gathering import Gathering, section
from backend.rights.model import Row
from backend.scenarios.actions import about_kept


@section(
    "kept_guides",
    "存下来的情况问答",
    "kept_guides",
    scenario="哪一份",
    answers="回答",
    kept_at="存下时间",
    shared_until="分享到",
)
async def kept_guides(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        "SELECT id, scenario_id, sealed, kept_at, shared_until FROM kept_guides WHERE principal_id = $1 ORDER BY kept_at",
        of.account,
    )
    return [
        {
            "scenario": r["scenario_id"],
            "answers": of.key.open_value(r["sealed"], about_kept(r["id"]))["answers"],
            "kept_at": r["kept_at"],
            "shared_until": r["shared_until"],
        }
        for r in rows
    ]


@section("guide_drafts", "没答完的情况问答", "guide_drafts", scenario="哪一份", draft="已经答的", changed_at="时间")
async def guide_drafts(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        "SELECT scenario_id, actor_id, sealed, changed_at FROM guide_drafts WHERE principal_id = $1 ORDER BY changed_at",
        of.account,
    )
    return [
        {
            "scenario": r["scenario_id"],
            "draft": of.key.open_value(r["sealed"], f"guide:{of.account}:{r['actor_id']}:{r['scenario_id']}"),
            "changed_at": r["changed_at"],
        }
        for r in rows
    ]


@section(
    "signatures",
    "请人签的名",
    "signatures",
    item="事项编码",
    role="角色",
    words="给对方看的",
    state="结果",
    asked_at="时间",
    answered_at="回答时间",
    via="怎么签的",
)
async def signatures(of: Gathering) -> list[Row]:
    """Of her own filings. What others asked her to sign is theirs; her own answer stands in their filing."""
    rows = await of.db.fetch(
        """SELECT id, item_code AS item, role, sealed, state, asked_at, answered_at, via FROM signatures
           WHERE principal_id = $1 ORDER BY asked_at, id""",
        of.account,
    )
    return [
        {"words": of.key.open_value(r["sealed"], about_signature(r["id"])), **{c: r[c] for c in ("item", "role", "state", "asked_at", "answered_at", "via")}}
        for r in rows
    ]  # fmt: skip


@section("known_by", "核实过的证件号码", "id_numbers", "stated_numbers", "businesses", what="什么", at="时间")
async def known_by(of: Gathering) -> list[Row]:
    """The numbers themselves are kept as keyed hashes only."""
    rows = await of.db.fetch(
        """SELECT 'id_number_seen' AS what, seen_at AS at FROM id_numbers WHERE account_id = $1
           UNION ALL SELECT 'id_number_stated', stated_at FROM stated_numbers WHERE account_id = $1
           UNION ALL SELECT 'credit_code_checked', checked_at FROM businesses WHERE account_id = $1""",
        of.account,
    )
    return [dict(r) for r in rows]


@section(
    "counter_mandates",
    "在窗口办的授权",
    "counter_mandates",
    side="您是",
    kind="种类",
    items="事项",
    consent="授权书原文",
    state="结果",
    asked_at="时间",
    answered_at="回答时间",
    valid_from="从",
    valid_to="到",
)
async def counter_mandates(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT CASE WHEN m.principal_id = $1 THEN 'principal' ELSE 'agent' END AS side, m.kind, m.items, m.consent_sealed,
                  m.consent_hash, m.state, m.asked_at, m.answered_at, m.valid_from, m.valid_to, p.key_wrapped
           FROM counter_mandates m JOIN accounts p ON p.id = m.principal_id
           WHERE $1 IN (m.principal_id, m.agent_id) ORDER BY m.asked_at, m.id""",
        of.account,
    )
    return [_worded(of, dict(r)) for r in rows]


@section(
    "visits",
    "帮代办点帮您办的",
    "visits",
    items="事项",
    consent="您签的授权书",
    day="日期",
    signed_at="签字时间",
    signed_on="签在哪里",
    closed_at="结束时间",
)
async def visits(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT v.items, v.consent_sealed, v.consent_hash, v.day, v.signed_at, v.signed_on, v.closed_at, p.key_wrapped
           FROM visits v JOIN accounts p ON p.id = v.person_id WHERE v.person_id = $1 ORDER BY v.opened_at, v.id""",
        of.account,
    )
    return [_worded(of, dict(r)) for r in rows]


def _worded(of: Gathering, row: Row) -> Row:
    key, sealed, hashed = of.tx.vault.key(row.pop("key_wrapped")), row.pop("consent_sealed"), row.pop("consent_hash")
    return row | {"consent": open_words(key, sealed, hashed)}


@section("desk_sights", "窗口和热线查看您账号的记录", "desk_sights", way="在哪里", at="时间")
async def desk_sights(of: Gathering) -> list[Row]:
    rows = await of.db.fetch("SELECT way, at FROM desk_sights WHERE person_id = $1 ORDER BY at", of.account)
    return [dict(r) for r in rows]


@section("losses", "死亡或失去行为能力的登记", "losses", reason="什么", said_by="谁说的", at="时间")
async def losses(of: Gathering) -> list[Row]:
    rows = await of.db.fetch("SELECT reason, said_by, at FROM losses WHERE account_id = $1", of.account)
    return [dict(r) for r in rows]
