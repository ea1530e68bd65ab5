"""Another department is asked about the father's case, and everybody has an appointment."""

from uuid import uuid4

import asyncpg

from tests.access import table as who
from tests.access.city import City
from tests.web import StoppedClock


async def ask_jointly(city: City, owner: asyncpg.Connection) -> None:
    case, now = await owner.fetchval("SELECT id FROM cases WHERE number = $1", city.targets["case"]), StoppedClock()()
    city.targets |= {"opinion": uuid4(), "meeting": uuid4()}
    await owner.execute(
        """INSERT INTO joint_opinions (id, case_id, kind, department_id, about, days, silence, state, asked_at, due)
           VALUES ($1, $2, 'opinion', '市场监督管理局', '名称', 5, 'consent', 'asked', $3, '2026-10-09')""",
        city.targets["opinion"], case, now,
    )  # fmt: skip
    await owner.execute(
        """INSERT INTO joint_meetings (id, case_id, kind, at, place, people, with_applicant, set_by, set_at)
           VALUES ($1, $2, 'survey', $3::timestamptz + interval '3 days', '门口', '两个部门', true, $4, $3)""",
        city.targets["meeting"], case, now, city.ids[who.CIVIL],
    )  # fmt: skip
