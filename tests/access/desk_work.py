"""What the officer of the father's case keeps about it, and what is hers alone: a note, a draft, one step for many, a view."""

from uuid import uuid4

import asyncpg

from backend.core.crypto import Vault
from backend.settings import Settings
from tests.access import table as who
from tests.access.city import City
from tests.web import StoppedClock

NOTE = "备注里的青鹞暗号"  # stands on no page of a citizen's


async def work_at_desk(city: City, owner: asyncpg.Connection, settings: Settings) -> None:
    now, civil, father = StoppedClock()(), city.ids[who.CIVIL], city.ids[who.FATHER]
    key = Vault(settings.master_key or "").key(
        await owner.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", father)
    )
    case = await owner.fetchrow("SELECT id, version FROM cases WHERE number = $1", city.targets["case"])
    note, draft, bulk, view, absence = (uuid4() for _ in range(5))
    await owner.execute(
        "INSERT INTO case_notes (id, case_id, officer_id, kind, sealed, at) VALUES ($1, $2, $3, 'note', $4, $5)",
        note, case["id"], civil, key.seal_value(NOTE, f"note:{note}"), now,
    )  # fmt: skip
    await owner.execute(
        """INSERT INTO decision_drafts (id, case_id, case_version, outcome, reason_sealed, proposed_by, proposed_at)
           VALUES ($1, $2, $3, 'granted', $4, $5, $6)""",
        draft, case["id"], case["version"], key.seal_value({"reason": "", "note": NOTE}, f"draft:{draft}"), civil, now,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO bulk_moves (id, officer_id, move, at) VALUES ($1, $2, 'accepted', $3)", bulk, civil, now
    )
    await owner.execute(
        "INSERT INTO bulk_lines (bulk_id, position, case_id, version) VALUES ($1, 1, $2, $3)", bulk, case["id"], case["version"]
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO desk_views (id, officer_id, name, query, made_at) VALUES ($1, $2, '快到期的', 'colour=yellow', $3)", view, civil, now
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO absences (id, officer_id, stand_in, first_day, last_day, said_at) VALUES ($1, $2, $3, $4, $4, $5)",
        absence, civil, city.ids[who.MARKET], now.date(), now,
    )  # fmt: skip
    city.targets |= {"bulk": bulk, "view": view, "absence": absence, "text": uuid4()}
