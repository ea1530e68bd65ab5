"""Whether she is still to be asked if she wants the app on her home screen: once, after it has been of use to her."""

from backend.core.db import Tx


async def may_offer_install(tx: Tx) -> bool:
    """Not to who has answered, on whatever phone, and not with somebody else's affairs on the screen at a counter."""
    if tx.viewer.kind != "person":
        return False
    return bool(await tx.db.fetchval("SELECT install_answered_at IS NULL FROM accounts WHERE id = $1", tx.viewer.id))


async def answer_install(tx: Tx) -> None:
    await tx.db.execute(
        "UPDATE accounts SET install_answered_at = coalesce(install_answered_at, $2) WHERE id = $1",
        tx.viewer.id,
        tx.now,
    )
