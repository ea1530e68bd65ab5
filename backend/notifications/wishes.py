"""How people want to be told: what they chose themselves, and the usual for who chose nothing."""

import re
from collections import defaultdict
from datetime import date, time
from uuid import UUID

import asyncpg
import msgspec

from backend.core.codes import CodeError, read_resident_id
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.i18n import _
from backend.notifications.matters import ALWAYS, IN_TURN
from backend.notifications.model import Channel, Matter, Wishes
from backend.notifications.quiet import Night

ELDER = 60  # years
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
UNKNOWN = _("没有这个选项。请重新选一次。")
NEED_CONSENT = _("短信要您先看一遍说明、点同意，再回来选。")
KEEP_ONE = _("这一类依法要告诉您，请至少留一种。不想选，就点“照平常的来”。")
NOT_A_TIME = _("请选开始和结束的钟点。")


async def wishes_of(tx: Tx, people: set[UUID], night: Night) -> dict[UUID, Wishes]:
    """Of each of them. `night`: the city's, for who has not chosen her own."""
    chosen = await _chosen(tx.db, people)
    rows = await tx.db.fetch(
        """SELECT a.id, h.quiet_from, h.quiet_until, coalesce(h.as_agent, 'all') AS as_agent, a.large_print,
                  EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.account_id = a.id) AS has_push
           FROM accounts a LEFT JOIN notice_habits h ON h.account_id = a.id WHERE a.id = ANY($1)""",
        list(people),
    )
    may_be_old = {row["id"] for row in rows if not row["large_print"] and not row["has_push"]}
    old = await _of_age(tx, may_be_old)
    return {
        row["id"]: Wishes(
            chosen=chosen[row["id"]],
            night=night if row["quiet_from"] is None else Night(row["quiet_from"], row["quiet_until"]),
            as_agent=row["as_agent"],
            elder=not row["has_push"] and (row["large_print"] or row["id"] in old),
        )
        for row in rows
    }


async def _chosen(db: asyncpg.Connection, people: set[UUID]) -> defaultdict[UUID, dict[Matter, tuple[Channel, ...]]]:
    rows = await db.fetch(
        "SELECT account_id, matter, channels FROM notice_choices WHERE account_id = ANY($1)", list(people)
    )
    found: defaultdict[UUID, dict[Matter, tuple[Channel, ...]]] = defaultdict(dict)
    for row in rows:
        found[row["account_id"]][Matter(row["matter"])] = tuple(map(Channel, row["channels"]))
    return found


async def _of_age(tx: Tx, people: set[UUID]) -> set[UUID]:
    """Who is sixty by what a register or her own profile says of her birth."""
    rows = await tx.db.fetch(
        """SELECT y.principal_id, a.key_wrapped, f.party_id, f.element, f.source, f.sealed FROM parties y
           JOIN accounts a ON a.id = y.principal_id AND a.erased_at IS NULL
           JOIN facts f ON f.party_id = y.id AND f.element IN ('person.id_number', 'person.birth_date')
                AND (f.source LIKE 'register.%' OR f.source = 'profile')
           WHERE y.is_self AND y.principal_id = ANY($1)""",
        list(people),
    )
    return {row["principal_id"] for row in rows if is_elder(_born(tx, row), tx.today)}


def _born(tx: Tx, row: asyncpg.Record) -> date | None:
    place = f"fact:{row['party_id']}:{row['element']}:{row['source']}"
    said = str(tx.vault.key(row["key_wrapped"]).open_value(row["sealed"], place))
    try:
        return (
            read_resident_id(said, tx.today).birth if row["element"] == "person.id_number" else date.fromisoformat(said)
        )
    except (ValueError, CodeError):
        return None


def is_elder(born: date | None, today: date) -> bool:
    return born is not None and (today.year - born.year - ((today.month, today.day) < (born.month, born.day))) >= ELDER


# What she does herself on her own page --------------------------------------------------------------------------


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    quiet_from: time
    quiet_until: time
    as_agent: str = "all"

    @property
    def night(self) -> Night:
        return Night(self.quiet_from, self.quiet_until)


async def my_choices(tx: Tx) -> dict[Matter, tuple[Channel, ...]]:
    return (await _chosen(tx.db, {tx.viewer.id}))[tx.viewer.id]


async def my_habits(tx: Tx, night: Night) -> Habits:
    row = await tx.db.fetchrow(
        "SELECT quiet_from, quiet_until, as_agent FROM notice_habits WHERE account_id = $1", tx.viewer.id
    )
    return msgspec.convert(row, Habits) if row else Habits(quiet_from=night.start, quiet_until=night.end)


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """By what she can be reached as things stand. `devices`: browsers that take pushes."""

    devices: int
    phone: bool
    email: bool
    sms_agreed: bool

    def has(self, channel: Channel) -> bool:
        """A letter's address is known to registers or her profile: asked where it is sent."""
        return {Channel.PUSH: self.devices > 0, Channel.EMAIL: self.email, Channel.SMS: self.phone}.get(channel, True)


async def my_reach(tx: Tx, sms_version: int) -> Reach:
    row = await tx.db.fetchrow(
        """SELECT (SELECT count(*) FROM push_subscriptions WHERE account_id = $1) AS devices,
                  EXISTS (SELECT 1 FROM contacts WHERE account_id = $1 AND kind = 'phone' AND verified_at IS NOT NULL) AS phone,
                  EXISTS (SELECT 1 FROM contacts WHERE account_id = $1 AND kind = 'email' AND verified_at IS NOT NULL) AS email,
                  coalesce(consented($1, 'sms'), 0) >= $2 AS sms_agreed""",
        tx.viewer.id,
        sms_version,
    )
    return msgspec.convert(row, Reach)


async def choose(tx: Tx, matter: Matter, channels: list[Channel]) -> None:
    await tx.db.execute(
        """INSERT INTO notice_choices (account_id, matter, channels, chosen_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (account_id, matter) DO UPDATE SET channels = $3, chosen_at = $4""",
        tx.viewer.id,
        matter,
        list(channels),
        tx.now,
    )


async def choose_usual(tx: Tx, matter: Matter) -> None:
    await tx.db.execute("DELETE FROM notice_choices WHERE account_id = $1 AND matter = $2", tx.viewer.id, matter)


async def keep_habits(tx: Tx, habits: Habits) -> None:
    await tx.db.execute(
        """INSERT INTO notice_habits (account_id, quiet_from, quiet_until, as_agent, changed_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (account_id) DO UPDATE SET quiet_from = $2, quiet_until = $3, as_agent = $4, changed_at = $5""",
        tx.viewer.id,
        habits.quiet_from,
        habits.quiet_until,
        habits.as_agent,
        tx.now,
    )


def checked(matter: Matter, wanted: list[str], reach: Reach) -> list[Channel]:
    """What she may choose of it; Invalid with the reason. Choosing nothing is a choice, except for what must be told."""
    if not set(wanted) <= set(IN_TURN):
        raise Invalid(Problem(UNKNOWN, "channels"))
    chosen = [channel for channel in IN_TURN if channel in wanted]
    if Channel.SMS in chosen and not reach.sms_agreed:
        raise Invalid(Problem(NEED_CONSENT, "channels"))
    if not chosen and matter in ALWAYS:
        raise Invalid(Problem(KEEP_ONE, "channels"))
    return chosen


def hours(start: str, end: str) -> Night:
    if not (CLOCK.fullmatch(start) and CLOCK.fullmatch(end)):
        raise Invalid(Problem(NOT_A_TIME, "quiet"))
    return Night(time.fromisoformat(start), time.fromisoformat(end))
