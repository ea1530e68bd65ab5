"""A pledge instead of a material (告知承诺): the whole of what is read and signed, and what of it is kept with the case.

It counts for one text: change a word of it in the pack, and it has to be read and signed again. Who broke one is not offered
another until a day the pack's rule sets; the database refuses it as well.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.accounts.standing import standing_of
from backend.cart.model import Draft, LineMaterial, Need
from backend.cart.pledge_text import hash_of_text, text_of
from backend.cart.pledged import Pledged
from backend.core.db import Tx
from backend.core.errors import Invalid, NotAllowed, NotFound, Problem
from backend.core.i18n import _


async def sign(tx: Tx, draft: Draft, need: Need, name: str, read: str) -> Pledged:
    """What is kept of a signature: her own name under exactly the words she read, known as far as the thing asks.

    `read`: the hash of the words on the page she signed on. NotFound: there is no pledge to sign, or she may not any more.
    """
    if not need.pledge:
        raise NotFound()
    levels = [line.item.level for line in draft.lines if line.id in need.needed_by]
    standing = await standing_of(tx)
    if missing := [level for level in levels if level == "verified" and not standing.enough(level)]:
        say = _("签承诺前要先核实身份。核实好会回到材料这一页。")
        raise NotAllowed(say, next_step=f"/me/level?need={missing[0]}&next=/cart/materials", next_say=_("现在核实"))
    problems = []
    if read != hash_of_text(text_of(need.material)):
        problems.append(Problem(_("请先看完整的承诺书，再签。"), "read"))
    if name != tx.viewer.name:
        problems.append(Problem(_("请写您自己的姓名，要和登记的一样。"), "name"))
    if problems:
        raise Invalid(*problems)
    return Pledged(text=read, name=name, means="verified" if standing.enough("verified") else "name")


async def file_pledges(tx: Tx, draft: Draft, cases: dict[UUID, UUID]) -> None:
    """Keeps every pledge of this filing with its case, for ever as it was signed: line → case."""
    rows = [
        (case, line, material)
        for line, case in cases.items()
        for material in draft.materials_of(line)
        if material.way == "pledge"
    ]
    if rows:
        await tx.db.executemany(
            """INSERT INTO pledges (id, case_id, principal_id, actor_id, mandate_id, item_code, item_version, department_id, subject, material,
                                    variant, label, words, words_hash, terms, name_sealed, means, signed_at, due)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, sha256(convert_to($13, 'UTF8')), $14, $15, $16, $17, $18)""",
            [_row(tx, draft, *row) for row in rows],
        )


def _row(tx: Tx, draft: Draft, case: UUID, line_id: UUID, kept: LineMaterial) -> tuple[Any, ...]:
    line, signed = draft.line(line_id), draft.told.pledged[kept.subject, kept.material.code, kept.variant]
    assert line is not None
    pledge = uuid4()
    return (
        pledge, case, draft.principal_id, tx.viewer.id, tx.viewer.mandate_id, line.item.code, line.version, line.item.department,
        kept.subject, kept.material.code, kept.variant, kept.material.label, text_of(kept.material),
        msgspec.to_builtins(kept.material.pledge), tx.key.seal_value(signed.name, f"pledge:{pledge}"), signed.means,
        tx.now, tx.today + timedelta(days=kept.material.pledge.within_days),
    )  # fmt: skip
