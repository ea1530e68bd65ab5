"""Whether anything may be filed for the principal today: she and her agent live, and who is fourteen agreed herself.

Registers tell of a death by a job, and every night what they wrote is looked through; in between the filing itself asks.
"""

from backend.accounts.consents import SENSITIVE, may_agree
from backend.cart.consent import sensitive_unagreed
from backend.cart.model import Draft, Line
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.core.i18n import _
from backend.registers.queries import about

GONE = _("登记里有了去世的消息，%(name)s的授权不能再用，所以“%(item)s”没有提交。请节哀。消息有误，请打 12345。")
HERSELF = _("“%(item)s”要用到敏感个人信息。%(name)s满 14 岁了，要自己同意：请孩子用自己的账号登录，在「我的」里点同意；还没有账号，带身份证到窗口接手。")  # fmt: skip


async def principal_problems(tx: Tx, draft: Draft, lines: list[Line]) -> list[Problem]:
    """Of every line, since nothing can be filed until it is put right."""
    if not tx.viewer.acting or not lines:
        return []
    if await _gone(tx):
        said = GONE
    elif sensitive_unagreed(draft) and not await may_tick(tx):
        said = HERSELF
    else:
        return []
    name = tx.viewer.principal_name
    return [Problem(said, f"line.{line.id}", {"item": line.item.name, "name": name}) for line in lines]


async def may_tick(tx: Tx) -> bool:
    """Whether the viewer may agree to the use of sensitive data for whose affairs are on the screen."""
    return await may_agree(tx, tx.viewer.principal_id, SENSITIVE, tx.viewer.mandate_id)


async def _gone(tx: Tx) -> bool:
    rows = await tx.db.fetch("SELECT register, subject, sealed FROM said_of_both($1)", tx.viewer.principal_id)
    said = [tx.vault.registers.open_value(row["sealed"], about(row["register"], row["subject"])) for row in rows]
    return any(facts.get("person.alive") is False or facts.get("person.died_on") for facts in said)
