"""Sections of an export: what she was offered, what she pledged, and her words against a credit tier."""

from backend.offers.queries import about
from backend.rights.gathering import Gathering, section
from backend.rights.model import Row


@section(
    "offers",
    "主动告知",
    "offers",
    "offer_changes",
    "offer_visits",
    id="编号",
    item="事项",
    state="状态",
    offered_at="告知时间",
    answered_at="答复时间",
    why="为什么告知",
    changes="每一步",
    visits="社区上门的记录",
)
async def offers(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT o.id, v.name AS item, o.state, o.offered_at, o.answered_at, o.sealed,
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('state', c.state, 'at', c.at) ORDER BY c.id), '[]') FROM offer_changes c WHERE c.offer_id = o.id) AS changes,
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('outcome', x.outcome, 'words', x.words, 'at', x.at) ORDER BY x.id), '[]') FROM offer_visits x WHERE x.offer_id = o.id) AS visits
           FROM offers o JOIN item_versions v ON (v.code, v.version) = (o.item_code, o.item_version) WHERE o.principal_id = $1 ORDER BY o.offered_at""",
        of.account,
    )
    return [
        {**{k: v for k, v in dict(r).items() if k != "sealed"}, "why": of.key.open_value(r["sealed"], about(r["id"]))}
        for r in rows
    ]


@section(
    "pledges",
    "承诺",
    "pledges",
    "pledge_objections",
    id="编号",
    label="代替的材料",
    words="承诺的全文",
    signed_at="签的时间",
    due="核对到哪天",
    result="核对结果",
    result_words="核对的说明",
    excluded_until="到哪天不能再承诺",
    objection="您的异议",
    answer="异议的结果",
    answer_words="对异议的答复",
)
async def pledges(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT p.id, p.label, p.words, p.signed_at, p.due, p.result, p.result_words, p.excluded_until, o.words_sealed, o.answer, o.answer_words
           FROM pledges p LEFT JOIN pledge_objections o ON o.pledge_id = p.id WHERE p.principal_id = $1 ORDER BY p.signed_at""",
        of.account,
    )
    return [
        {
            **{k: v for k, v in dict(r).items() if k != "words_sealed"},
            "objection": _said(of, r["words_sealed"], f"pledge:{r['id']}:objection"),
        }
        for r in rows
    ]


@section(
    "credit_appeals",
    "信用申诉",
    "credit_appeals",
    id="编号",
    register="登记库",
    tier="当时的等级",
    words="您写的",
    made_at="提出时间",
    state="结果",
    answer_words="答复",
    answered_at="答复时间",
)
async def credit_appeals(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT id, register, tier, words_sealed, made_at, state, answer_words, answered_at FROM credit_appeals
           WHERE principal_id = $1 ORDER BY made_at""",
        of.account,
    )
    return [
        {
            **{k: v for k, v in dict(r).items() if k != "words_sealed"},
            "words": _said(of, r["words_sealed"], f"credit appeal:{r['id']}"),
        }
        for r in rows
    ]


def _said(of: Gathering, sealed: bytes | None, place: str) -> str:
    return str(of.tx.vault.system.open_value(sealed, place)) if sealed else ""
