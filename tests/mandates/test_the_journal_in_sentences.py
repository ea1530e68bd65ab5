"""Both sides read the journal, each line one plain sentence with who did what; nothing the database may write is without words."""

import re
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from backend.core.render import saying
from backend.mandates.model import Mandate, MandateEvent
from backend.mandates.story import DEEDS, ENDS, WAYS, line_of
from tests.mandates.clerk import rows
from tests.orders.shopping import act_for_father

MANDATE = Mandate(
    id=uuid4(), principal_id=uuid4(), agent_id=uuid4(), principal_name="林长福", agent_name="林小燕", kind="entrusted", items=None,
    actions=["see"], consent="", valid_from=date(2026, 9, 1), valid_to=date(2026, 12, 1), granted_at=datetime(2026, 9, 1, tzinfo=UTC),
    ended_at=None, end_reason=None,
)  # fmt: skip


def says(kind: str, **data: object) -> str:
    event = MandateEvent(MANDATE.id, kind, None, datetime(2026, 9, 25, tzinfo=UTC), data)
    with saying("zh-Hans") as said:
        return said(line_of(MANDATE, event))


def test_a_filing_says_who_what_and_its_number():
    said = says("used", did="filed", items=["护理补贴", "居住证"], number="4601002026")
    assert said == "林小燕提交了：护理补贴、居住证。编号 4601002026。"


@pytest.mark.parametrize("kind", [
    *(("granted", {"via": via}) for via in [*WAYS, "a way of tomorrow"]),
    *(("used", {"did": did, "items": ["护理补贴"], "number": "1"}) for did in [*DEEDS, "a move of tomorrow"]),
    *((kind, {"reason": reason}) for kind in ("revoked", "ended") for reason in [*ENDS, "a reason of tomorrow"]),
    ("reminded", {"days": 14}), ("confirmed", {}), ("refused", {}), ("narrowed", {}), ("renewed", {}), ("expired", {}),
])  # fmt: skip
def test_every_line_is_a_whole_sentence(kind):
    said = says(kind[0], **kind[1])
    assert re.search(r"[\u4e00-\u9fff]{3}", said)
    assert said.endswith("。")
    assert "%(" not in said


async def test_every_kind_the_database_knows_has_its_words(site):
    (row,) = await rows(
        site,
        "SELECT pg_get_constraintdef(oid) AS said FROM pg_constraint WHERE conrelid = 'mandate_events'::regclass AND contype = 'c'",
    )
    for kind in re.findall(r"'(\w+)'", row["said"]):
        assert says(kind).endswith("。"), kind


async def test_principal_and_agent_read_the_same(site):
    daughter, father = await site.person("daughter"), await site.person("father")
    await act_for_father(site, daughter)
    (mandate,) = await rows(site, "SELECT id, agent_id FROM mandates")
    await rows(
        site,
        """INSERT INTO mandate_events (mandate_id, kind, actor_id, data)
           VALUES ($1, 'used', $2, '{"did": "filed", "items": ["护理补贴"], "number": "46010020260925000018"}')""",
        mandate["id"],
        mandate["agent_id"],
    )
    for person in (daughter, father):
        page = (await person.get(f"/mandates/{mandate['id']}")).text
        assert "林小燕提交了：护理补贴。编号 46010020260925000018。" in page
        assert "林长福在自己的手机上授权给林小燕。" in page
