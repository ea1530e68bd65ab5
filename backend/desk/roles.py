"""Who may do what at which desk, from when to when: given and ended by an administrator, kept in a journal.

Nobody gives herself anything and one administrator without a last day stays: the database holds to it as well
(migration 0027). An account is opened at the machine, `suishouban officer invite`; here it gets its roles.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _

ROLES = {
    "window": _("窗口：收件、补正、发件"),
    "reviewer": _("审查：受理、审查、提意见"),
    "approver": _("决定：同意、不同意"),
    "head": _("负责人：延长、转办、作废"),
    "editor": _("编目：写办事指南"),
    "checker": _("核对：核对办事指南"),
    "legal": _("法审：审核办事指南"),
    "supervisor": _("督办：看件，不办件"),
    "auditor": _("审计：看件和记录，不办件"),
    "hotline": _("热线：查授权、收回授权"),
    "admin": _("管理员：定谁能办什么"),
}
LAST_ADMIN = _("至少要留一位没有到期日的管理员，不然以后没有人能改。")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One role at one desk. Both days count; `valid_to` None: no end."""

    account_id: UUID
    department_id: str
    role: str
    valid_from: date
    valid_to: date | None

    def stands(self, today: date) -> str:
        """now, later or over."""
        if self.valid_to and self.valid_to < today:
            return "over"
        return "later" if self.valid_from > today else "now"


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    held: list[Held]


class RoleChange(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the journal: what held from then on. `by_id` None: at the machine."""

    account_id: UUID
    department_id: str
    role: str
    valid_from: date
    valid_to: date | None
    by_id: UUID | None
    at: datetime


async def officers(tx: Tx) -> list[Officer]:
    """Every officer with every role she has, had or will have; NotFound for who neither gives nor audits roles."""
    if not tx.viewer.roles & {"admin", "auditor"}:
        raise NotFound()
    rows = await tx.db.fetch("SELECT id, name_sealed, key_wrapped FROM officers_known()")
    held = msgspec.convert(
        await tx.db.fetch(
            "SELECT account_id, department_id, role, valid_from, valid_to FROM officer_roles ORDER BY department_id, role"
        ),
        list[Held],
    )
    return [
        Officer(
            id=r["id"],
            name=tx.vault.key(r["key_wrapped"]).open(r["name_sealed"], f"name:{r['id']}").decode(),
            held=[h for h in held if h.account_id == r["id"]],
        )
        for r in rows
    ]


async def journal(tx: Tx, limit: int = 100) -> list[RoleChange]:
    """Newest first."""
    rows = await tx.db.fetch(
        "SELECT account_id, department_id, role, valid_from, valid_to, by_id, at FROM role_events ORDER BY id DESC LIMIT $1",
        limit,
    )
    return msgspec.convert(rows, list[RoleChange])


async def departments(tx: Tx) -> list[str]:
    return [row["id"] for row in await tx.db.fetch("SELECT id FROM departments ORDER BY id")]


async def give(tx: Tx, account: UUID | None, department: str, role: str, first: date | None, last: date | None) -> None:
    """From `first` to `last`, both counting; given again, the new dates hold. Invalid with every problem at once."""
    known = {one.id for one in await officers(tx)}
    _need_admin(tx)
    problems = [] if account in known else [Problem(_("请选一位工作人员。"), "account")]
    if account == tx.viewer.id:
        problems.append(Problem(_("不能给自己加角色，请另一位管理员来加。"), "account"))
    if department not in await departments(tx):
        problems.append(Problem(_("请选部门。"), "department"))
    if role not in ROLES:
        problems.append(Problem(_("请选角色。"), "role"))
    if first is None or (last is not None and last < max(first, tx.today)):
        problems.append(Problem(_("请写从哪天起；最后一天不能早于第一天和今天。"), "last"))
    if problems:
        raise Invalid(*problems)
    await _write(
        tx,
        """INSERT INTO officer_roles (account_id, department_id, role, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (account_id, department_id, role) DO UPDATE SET valid_from = excluded.valid_from, valid_to = excluded.valid_to""",
        account, department, role, first, last,
    )  # fmt: skip


async def end(tx: Tx, account: UUID, department: str, role: str) -> None:
    """At once: from this moment it counts no more. NotFound when there is nothing to end."""
    _need_admin(tx)
    if account == tx.viewer.id:
        raise Conflict(_("不能收自己的角色，请另一位管理员来收。"), next_step="/desk/roles", next_say=_("返回"))
    held = await tx.db.fetchrow(
        """SELECT valid_from FROM officer_roles WHERE (account_id, department_id, role) = ($1, $2, $3) AND coalesce(valid_to, 'infinity') >= $4""",
        account, department, role, tx.today,
    )  # fmt: skip
    if held is None:
        raise NotFound()
    yesterday = tx.today - timedelta(days=1)
    await _write(
        tx,
        "UPDATE officer_roles SET valid_from = $4, valid_to = $5 WHERE (account_id, department_id, role) = ($1, $2, $3)",
        account, department, role, min(held["valid_from"], yesterday), yesterday,
    )  # fmt: skip


def _need_admin(tx: Tx) -> None:
    if "admin" not in tx.viewer.roles:
        raise NotFound()


async def _write(tx: Tx, statement: str, *values: object) -> None:
    """The database's own no about the last administrator, in words."""
    try:
        async with tx.db.transaction():
            await tx.db.execute(statement, *values)
    except asyncpg.CheckViolationError as error:
        if error.constraint_name != "last_admin_stays":
            raise
        raise Conflict(LAST_ADMIN, next_step="/desk/roles", next_say=_("返回")) from error
