"""The worker's own way to act for an officer who asked for it."""

from uuid import UUID

from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.viewer import Viewer


async def as_officer(tx: Tx, officer: UUID) -> Tx:
    """The worker's transaction with this officer's eyes and the roles she has today, whatever she had when she asked."""
    await tx.db.execute("SELECT set_config('app.viewer', $1, true)", str(officer))
    row = await tx.db.fetchrow(
        """SELECT a.key_wrapped, a.language, my_departments() AS departments, ARRAY(SELECT DISTINCT r.role FROM officer_roles r
               WHERE r.account_id = a.id AND app_today() BETWEEN r.valid_from AND coalesce(r.valid_to, 'infinity'::date)) AS roles
           FROM accounts a WHERE a.id = $1 AND a.kind = 'officer'""",
        officer,
    )  # fmt: skip
    if row is None:
        raise NotFound()
    viewer = Viewer(
        id=officer, kind="officer", name="", principal_id=officer, principal_name="", mandate_id=None, roles=frozenset(row["roles"]),
        departments=frozenset(row["departments"]), language=row["language"], key=tx.vault.key(row["key_wrapped"]), mandate_lost=False,
    )  # fmt: skip
    return Tx(tx.db, tx.vault, tx.now, viewer)
