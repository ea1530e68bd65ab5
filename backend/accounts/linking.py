"""Whom the provider vouches for, and which account here is hers."""

from datetime import datetime
from uuid import UUID

import msgspec
from asyncpg import CheckViolationError

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.accounts.provider import Claims
from backend.core.codes import CodeError, read_resident_id
from backend.core.db import Tx
from backend.core.errors import Conflict, NotAllowed
from backend.core.i18n import _
from backend.core.jobs import enqueue

OTHER_ACCOUNT = _(
    "身份平台认识的是您在随手办的另一个账号，所以没有换过去：这里填的都还在。请用那个账号办；不清楚就打 12345。"
)
HERS_ALREADY = _(
    "您家里人替您开过账号，资料都在那里。请先退出现在这个账号，再用身份平台登录，就会进到那个账号；要合到一起，带身份证到窗口办。"
)


class SetOut(msgspec.Struct, frozen=True):
    """Who is to be linked with the person the provider vouches for."""

    id: UUID
    kind: str
    name: str


async def account_for(tx: Tx, claims: Claims, stays: UUID | None = None) -> UUID:
    """Whose account this is. Somebody signed in and not linked yet is linked, so she steps up; a stranger gets an account.

    `stays`: who set out, also where her session has ended since. Refuses an officer without a second factor, a person of
    another name, and who is known there as the owner of another account: her draft would not be in that one.
    """
    subject = tx.vault.blind(claims.subject, f"subject:{claims.issuer}")
    known = await tx.db.fetchrow("SELECT account_id, kind FROM identity_at($1, $2)", claims.issuer, subject)
    visitor = await _who_set_out(tx, stays)
    kind = known["kind"] if known else visitor.kind if visitor else "person"
    if kind == "officer" and not claims.second_factor:
        raise NotAllowed(_("工作人员在身份平台登录时要用两种方式验证。请用通行密钥登录。"), next_step="/sign-in", next_say=_("去登录"))  # fmt: skip
    if known:
        account: UUID = known["account_id"]
        if stays not in (None, account):
            raise Conflict(OTHER_ACCOUNT, next_step="/me/level", next_say=_("换一种方式"))
        return account
    if visitor and (kind == "business" or visitor.name != claims.name):
        raise NotAllowed(
            _("身份平台上的姓名和这里的不一样，没有关联。请到政务服务窗口核对。"),
            next_step="/me",
            next_say=_("回到我的"),
        )
    child = await taken_over(tx, claims)
    if child and visitor:
        raise Conflict(HERS_ALREADY, next_step="/me/sessions", next_say=_("去退出"))
    account = child or (visitor.id if visitor else await _open(tx, claims))
    linked = await tx.db.fetchval(
        """INSERT INTO identities (issuer, subject_blind, account_id, linked_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT DO NOTHING RETURNING true""",
        claims.issuer,
        subject,
        account,
        tx.now,
    )
    if not linked:
        raise Conflict(_("这个账号已经关联过身份平台上的另一个人。"), next_step="/sign-in", next_say=_("重新登录"))
    return account


async def taken_over(tx: Tx, claims: Claims) -> UUID | None:
    """The account a guardian opened for her before she was fourteen, if the provider says her number and name: she is the
    viewer from then on, and her guardians are told. A number that is only typed opens nothing."""
    try:
        number = read_resident_id(claims.number, tx.today).text
    except CodeError:
        return None
    row = await tx.db.fetchrow(
        "SELECT id, name_sealed, key_wrapped FROM unclaimed($1)", tx.vault.blind(number, "identity")
    )
    if (
        row is None
        or tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{row['id']}") != claims.name.encode()
    ):
        return None
    await tx.db.execute("SELECT set_config('app.viewer', $1, true)", str(row["id"]))
    await enqueue(tx.db, "account_taken_over", {"account": str(row["id"])})
    return row["id"]


async def _who_set_out(tx: Tx, stays: UUID | None) -> SetOut | None:
    """She set out from this browser minutes ago; her session may have ended meanwhile, her name must still agree."""
    if tx.visitor and stays in (None, tx.visitor.id):
        return SetOut(tx.visitor.id, tx.visitor.kind, tx.visitor.name)
    if stays is None:
        return None
    await tx.db.execute("SELECT set_config('app.viewer', $1, true)", str(stays))
    row = await tx.db.fetchrow("SELECT kind, name_sealed, key_wrapped FROM accounts WHERE id = $1", stays)
    return SetOut(
        stays, row["kind"], tx.vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{stays}").decode()
    )


async def _open(tx: Tx, claims: Claims) -> UUID:
    if not 1 <= len(claims.name) <= 50 or not claims.name.isprintable():
        raise NotAllowed(_("身份平台没有给出姓名。请用验证码登录。"), next_step="/sign-in", next_say=_("回到登录"))
    return await open_account(tx, NewAccount(kind="person", name=claims.name, level="provider"))


async def linked_at(tx: Tx, issuer: str) -> datetime | None:
    """Since when she is linked with the provider of this installation."""
    return await tx.db.fetchval(
        "SELECT linked_at FROM identities WHERE issuer = $1 AND account_id = $2", issuer, tx.viewer.id
    )


async def unlink(tx: Tx, issuer: str) -> None:
    """She comes in by the provider no more. Conflict while it is the only way in; the database says so too (migration 0013)."""
    try:
        async with tx.db.transaction():
            await tx.db.execute("DELETE FROM identities WHERE issuer = $1 AND account_id = $2", issuer, tx.viewer.id)
    except CheckViolationError as error:
        raise Conflict(
            _("这是您唯一能登录的方式。请先加一个手机号、邮箱或通行密钥，再解除。"),
            next_step="/me/contacts", next_say=_("去加"),
        ) from error  # fmt: skip
