"""Setting up an organisation that helps: its places and its people. By its own administrator, or by the city's."""

import secrets
from uuid import UUID, uuid4

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.core.viewer import hash_of
from backend.service_points.model import KINDS, NewPoint, Organisation


async def set_up(tx: Tx, name: str, kind: str, most_visits: int) -> UUID:
    """A new organisation; only the city's administrators. Invalid with every problem at once."""
    problems = [] if 1 <= len(name) <= 60 else [Problem(_("请写单位的名称，60 个字以内。"), "name")]
    if kind not in KINDS:
        problems.append(Problem(_("请选单位的种类。"), "kind"))
    if not 1 <= most_visits <= 5000:
        problems.append(Problem(_("每天最多帮多少人，请写 1 到 5000。"), "most_visits"))
    if not problems and await tx.db.fetchval("SELECT EXISTS (SELECT 1 FROM organisations WHERE name = $1)", name):
        problems.append(Problem(_("已经有这个名称的单位。"), "name"))
    if problems:
        raise Invalid(*problems)
    organisation = uuid4()
    await tx.db.execute(
        "INSERT INTO organisations (id, name, kind, most_visits) VALUES ($1, $2, $3, $4)",
        organisation,
        name,
        kind,
        most_visits,
    )
    return organisation


async def add_point(tx: Tx, organisation: Organisation, new: NewPoint) -> UUID:
    problems = [
        Problem(say, field)
        for field, say, text, most in (
            ("point_name", _("请写帮代办点的名称，60 个字以内。"), new.name, 60),
            ("address", _("请写地址，120 个字以内。"), new.address, 120),
            ("hours", _("请写什么时候开门，120 个字以内。"), new.hours, 120),
        )
        if not 1 <= len(text) <= most
    ]
    if len(new.phone) > 30:
        problems.append(Problem(_("电话太长了。"), "point_phone"))
    if problems:
        raise Invalid(*problems)
    point = uuid4()
    await tx.db.execute(
        "INSERT INTO service_points (id, organisation_id, name, address, hours, phone) VALUES ($1, $2, $3, $4, $5, $6)",
        point,
        organisation.id,
        new.name,
        new.address,
        new.hours,
        new.phone,
    )
    return point


async def close_point(tx: Tx, organisation: Organisation, point: UUID) -> None:
    done = await tx.db.execute(
        "UPDATE service_points SET ended_at = $3 WHERE id = $1 AND organisation_id = $2 AND ended_at IS NULL",
        point,
        organisation.id,
        tx.now,
    )
    if done != "UPDATE 1":
        raise NotFound()


async def invite(tx: Tx, organisation: Organisation, name: str, *, admin: bool) -> str:
    """Her account, and the 128 random bits of the link that opens once, within seven days; shown now and stored only as its hash."""
    name = "".join(name.split())
    if not 1 <= len(name) <= 40:
        raise Invalid(Problem(_("请写姓名。"), "staff_name"))
    account, wrapped, token = uuid4(), tx.vault.new_key(), secrets.token_urlsafe(16)
    sealed = tx.vault.key(wrapped).seal(name.encode(), f"name:{account}")
    await tx.db.execute(
        "SELECT invite_staff($1, $2, $3, $4, $5, $6)", account, wrapped, sealed, organisation.id, admin, hash_of(token)
    )
    return token


async def dismiss(tx: Tx, organisation: Organisation, account: UUID) -> None:
    """She leaves: signed out, no way back in, her open visit over (migration 0015). Nobody dismisses herself."""
    done = await tx.db.execute(
        "UPDATE staff SET ended_at = $3 WHERE account_id = $1 AND organisation_id = $2 AND ended_at IS NULL AND account_id <> $4",
        account,
        organisation.id,
        tx.now,
        tx.viewer.id,
    )
    if done != "UPDATE 1":
        raise NotFound()
