"""Why an agent is asked for papers that a certificate could stand for: the principal did not let her use them."""

from backend.cart.model import Draft
from backend.core.db import Tx
from backend.mandates.queries import allowed


async def closed_to_agent(tx: Tx, draft: Draft) -> list[str]:
    """The materials still wanted that a certificate could satisfy, where the mandate does not cover using one for all of the cart.
    Whether the principal holds one is not told."""
    if not tx.viewer.acting:
        return []
    codes = {line.item.code for line in draft.lines if not line.gone}
    if await allowed(tx, "use_certificates", codes) == codes:
        return []
    wanted = [need.material for need in draft.sheet.materials if need.way in ("", "file")]
    return list(dict.fromkeys(one.label for one in wanted if any(way.certificate for way in one.satisfied_by)))
