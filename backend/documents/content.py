"""What a document says of its case: from what was filed and frozen and from the one event, never from what changed later."""

from datetime import date, datetime
from typing import Any

import asyncpg

from backend.cases.model import Case, Event, Fact
from backend.cases.queries import all_facts, department_phone
from backend.cases.rules import GROUNDS, RECEIVERS
from backend.catalogue.queries import item_version
from backend.catalogue.version_model import ItemVersion
from backend.core.clock import Unit
from backend.core.db import SHANGHAI, Tx
from backend.documents.rules import Value

UNITS = {Unit.WORKDAY: "个工作日", Unit.DAY: "天", Unit.MONTH: "个月"}
NAMES = ("person.name", "business.name")
ENDS = ("办理期限", "补正期限", "新的期限", "送达期限")
ONLINE = "网上送达"
WAYS = {"online": ONLINE, "courier": "邮寄送达", "pickup": "窗口领取"}


async def values_of(tx: Tx, case: Case, event: Event, remedies: str) -> dict[str, Value]:
    """Every placeholder of kinds.py that is known of this case at this event."""
    version = await item_version(tx.db, case.item_code, case.item_version)
    data = event.data
    return {
        "事项名称": case.item_name,
        "申请人": await applicant_of(tx, case, event.at),
        "办件编号": f"{case.number[:6]} {case.number[6:14]} {case.number[14:]}",
        "部门": case.department_name,
        "部门电话": await department_phone(tx.db, case.department_id),
        "收件日期": day_in_words(case.received_at),
        "文书日期": day_in_words(event.at),
        "救济途径": remedies,
        "材料清单": await _materials(tx.db, case, event, version),
        "受理日期": day_in_words(case.accepted_at),
        "承诺时限": f"{case.limits.promised} {UNITS[case.limits.unit]}" if case.limits.promised else "",
        "结果名称": f"《{version.item.result.name}》",
        **_dates(data),
        **_said(data),
        **_delivered(event),
    }


def _dates(data: dict[str, Any]) -> dict[str, Value]:
    """The end of the clock that runs after the event, under the names it has in the kinds."""
    end = day_in_words(date.fromisoformat(data["due"])) if data.get("due") else ""
    doubt = "（暂定）" if end and data.get("provisional") else ""
    expired = day_in_words(date.fromisoformat(str(data["expired"])[:10])) if data.get("expired") else ""
    return {**{name: end + doubt for name in ENDS}, "原证到期日": expired}


def _said(data: dict[str, Any]) -> dict[str, Value]:
    days = data.get("days")
    return {
        "补正事项": [_plain(problem["say"]) for problem in data.get("problems", ())],
        "理由": _plain(data.get("reason") or ""),
        "主管机关": _plain(data.get("authority") or ""),
        "特别程序": GROUNDS.get(data.get("ground", ""), ""),
        "所需天数": f"{days} 天" if days else "",
        "延长天数": f"{days} 个工作日" if days else "",
    }


def _delivered(event: Event) -> dict[str, Value]:
    by_hand = "窗口当面交付" if event.kind == "handed_over" else ""
    return {
        "送达方式": by_hand or WAYS.get(event.data.get("way", ""), ""),
        "签收人": RECEIVERS.get(event.data.get("receiver", ""), ""),
    }


def _plain(words: str) -> str:
    """What an officer wrote, on one line and without the full stop that the wording brings."""
    return " ".join(words.split()).rstrip("。；;.")


def day_in_words(day: date | datetime | None) -> str:
    """2026年9月25日, where the office is."""
    if isinstance(day, datetime):
        day = day.astimezone(SHANGHAI).date()
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


async def applicant_of(tx: Tx, case: Case, at: datetime) -> str:
    """As filed: the name of the party in the applicant's role; without one the name of the account."""
    filed = {fact.subject: fact for fact in await all_facts(tx, case) if _is_name(fact, at)}
    bound = [str(party) for party in (case.bound.get("applicant"), *case.bound.values()) if isinstance(party, str)]
    by_party = {str(subject): str(fact.value) for subject, fact in filed.items()}
    return next((by_party[party] for party in bound if party in by_party), "") or await _account_name(tx, case)


def _is_name(fact: Fact, at: datetime) -> bool:
    return fact.element in NAMES and fact.at <= at


async def _account_name(tx: Tx, case: Case) -> str:
    row = await tx.db.fetchrow("SELECT name_sealed, key_wrapped FROM accounts WHERE id = $1", case.principal_id)
    return tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{case.principal_id}").decode()


async def _materials(db: asyncpg.Connection, case: Case, event: Event, version: ItemVersion) -> list[str]:
    """What had been handed in by then: of each material the newest, with its pages."""
    rows = await db.fetch(
        """SELECT f.material, sum(x.pages)::integer AS pages FROM case_files f JOIN files x ON x.id = f.file_id
           WHERE f.case_id = $1 AND f.added_at = (SELECT max(g.added_at) FROM case_files g WHERE g.case_id = f.case_id AND g.added_at <= $2
                 AND (g.subject, g.material, g.variant) = (f.subject, f.material, f.variant))
           GROUP BY f.material, f.subject ORDER BY f.material, f.subject""",
        case.id,
        event.at,
    )
    labels = version.materials
    said = [
        f"{labels[row['material']].label if row['material'] in labels else row['material']}（{row['pages']} 页）"
        for row in rows
    ]
    return [f"网上填写的《{case.item_name}》申请信息", *said]
