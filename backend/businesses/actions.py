"""A business becomes a principal by its legal representative, whom the business register names; and stops being hers."""

from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.accounts.standing import standing_of
from backend.businesses.model import Opened, Registered
from backend.businesses.queries import registered, representatives
from backend.core.codes import CodeError, read_credit_code
from backend.core.db import Tx
from backend.core.errors import Invalid, NotAllowed, Problem, TooMany
from backend.core.events import NewEvent, record
from backend.core.i18n import _
from backend.mandates.actions import own_affairs
from backend.mandates.journal import note
from backend.parties.actions import remember

# Stands in the place of the words a principal agrees to: nobody gives this power, the law does (Civil Code art. 61).
BY_LAW = "依照市场主体登记，以法定代表人（负责人、经营者）的身份代表本企业办事。每天晚上和登记核对一次，登记换人，权限随即结束。"
REPLACED = "representative_replaced"
A_DAY = 20
UNREGISTERED = _("登记里没有查到这家企业。请对照营业执照，核对代码和全称。刚领的执照，登记可能要晚一两天才到。")
NOT_YOU = _(
    "登记的法定代表人（或负责人、经营者）不是您。请法定代表人先在这里开通，再在「授权与代办」里授权给您，您就能替企业办事。"
)
UNVERIFIED = _("替企业办事，要先核实您本人的身份。核实一次，以后都算数。")
NUMBER = _("还不知道您的身份证号，没法和登记核对。请先登记身份证号。")


async def open_business(tx: Tx, typed_code: str, typed_name: str) -> Opened:
    """The business of this code, hers to represent. Every refusal says what to do next."""
    own_affairs(tx)
    code, name = _read(typed_code, typed_name)
    await _refuse_unknown(tx)
    found = await registered(tx, code)
    if found is None or found.name != name:
        raise Invalid(Problem(UNREGISTERED, "code"))
    opened = await _open(tx, code, found)
    if opened.given:
        await note(tx, opened.mandate_id, "granted", {"via": "register"})
    key = tx.vault.key(await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", opened.account_id))
    await remember(tx, key, opened.account_id, {"business.uscc": code, "business.name": name}, "profile", "B")
    return opened


def _read(typed_code: str, typed_name: str) -> tuple[str, str]:
    problems, code, name = [], "", "".join(typed_name.split())
    try:
        code = read_credit_code(typed_code)
    except CodeError as error:
        problems.append(Problem(str(error), "code"))
    if not name:
        problems.append(Problem(_("请写营业执照上的全称。"), "name"))
    if problems:
        raise Invalid(*problems)
    return code, name


async def _refuse_unknown(tx: Tx) -> None:
    if not (await standing_of(tx)).known("verified"):
        raise NotAllowed(UNVERIFIED, next_step="/me/level?need=verified&next=/businesses/new", next_say=_("去核实"))
    if not await tx.db.fetchval(
        "SELECT within_limit($1, 86400, $2)", tx.vault.blind(str(tx.viewer.id), "business"), A_DAY
    ):
        raise TooMany(_("今天试的次数太多了，请明天再试，或拨打 12345。"), next_step="/acting", next_say=_("返回"))


async def _open(tx: Tx, code: str, found: Registered) -> Opened:
    fresh, wrapped = uuid4(), tx.vault.new_key()
    row = await tx.db.fetchrow(
        "SELECT account_id, mandate_id, is_new, given FROM open_business($1, $2, $3, $4, $5, $6)",
        fresh,
        wrapped,
        tx.vault.key(wrapped).seal(found.name.encode(), f"name:{fresh}"),
        tx.vault.blind(code, "identity"),
        tx.vault.blind(found.representative, "identity"),
        BY_LAW,
    )
    if row is None:
        raise NotAllowed(NOT_YOU, next_step="/acting", next_say=_("看看谁授权给我了"))
    return msgspec.convert(dict(row), Opened)


async def check_representatives(tx: Tx) -> int:
    """As worker, every night: whose name the register no longer holds is a representative no more, and is told.

    Returns how many. A register that says nothing of a business is unknown, never a no. What she granted to others in the
    name of the business goes on: it was the business that granted it.
    """
    ended = [one for one in await representatives(tx) if one.named not in (None, one.blind)]
    for one in ended:
        await tx.db.execute(
            "UPDATE mandates SET ended_at = $2, end_reason = 'replaced' WHERE id = $1 AND ended_at IS NULL",
            one.mandate_id,
            tx.now,
        )
        await tx.db.execute(
            "UPDATE businesses SET representative_blind = $2, checked_at = $3 WHERE account_id = $1",
            one.account_id,
            one.named,
            tx.now,
        )
        await note(tx, one.mandate_id, "ended", {"reason": "replaced"})
    if ended:
        await record(tx, [_told(one.agent_id) for one in ended])
    await tx.db.execute("UPDATE businesses SET checked_at = $1", tx.now)
    return len(ended)


def _told(agent: UUID) -> NewEvent:
    data: dict[str, Any] = {"page": "/acting"}
    return NewEvent(kind=REPLACED, principal_id=agent, actor_kind="machine", data=data)
