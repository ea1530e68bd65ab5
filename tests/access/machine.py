"""What the machine found on the father's case, who looks again, a source that was wrong, rules that were tried, a switch."""

from uuid import uuid4

import asyncpg

from backend.core.crypto import Vault
from backend.settings import Settings
from tests.access import table as who
from tests.access.city import City
from tests.web import StoppedClock

WORDS = "请看看白鹭暗号那一条"  # what he wants looked at: the office's and his


async def judge_by_machine(city: City, owner: asyncpg.Connection, settings: Settings) -> None:
    now, father, civil = StoppedClock()(), city.ids[who.FATHER], city.ids[who.CIVIL]
    vault = Vault(settings.master_key or "")
    key = vault.key(await owner.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", father))
    case = await owner.fetchrow(
        "SELECT id, item_code, item_version, department_id FROM cases WHERE number = $1", city.targets["case"]
    )
    recheck, inquiry, trial = uuid4(), uuid4(), uuid4()
    finding = {"verdict": None, "rules": [], "version": case["item_version"], "at": now.isoformat()}
    await owner.execute(
        """INSERT INTO automatic_decisions (case_id, item_code, item_version, department_id, verdict, outcome, finding, at)
           VALUES ($1, $2, $3, $4, NULL, 'to_person', $5, $6)""",
        *case.values(), finding, now,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO relied_on (case_id, source, party_id, element, proof, as_of, at) VALUES ($1, 'register.population', $2, 'person.name', 'x', $3, $3)",
        case["id"], uuid4(), now,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO rechecks (id, case_id, department_id, cause, opened_at, words_sealed) VALUES ($1, $2, $3, 'asked', $4, $5)",
        recheck, case["id"], case["department_id"], now, key.seal_value(WORDS, f"recheck:words:{recheck}"),
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO source_inquiries (id, source, first, last, reason, by_id, at) VALUES ($1, 'register.population', $2, $2, '推错了', $3, $4)",
        inquiry, now.date(), civil, now,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO inquiry_lines (inquiry_id, case_id, department_id, relied) VALUES ($1, $2, $3, '[]')",
        inquiry, case["id"], case["department_id"],
    )  # fmt: skip
    await owner.execute(
        """INSERT INTO rule_trials (id, item_code, item_version, revision, department_id, wanted, by_id, asked_at)
           SELECT $1, code, version, 1, department_id, 10, $3, $4 FROM items WHERE code = $2""",
        trial, city.targets["item"], city.ids[who.EDITOR], now,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO rule_trial_lines (trial_id, case_id, was, would, rules) VALUES ($1, $2, 'person', 'granted', '[]')", trial, case["id"]
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO approval_switches (stopped, reason, by_id, by_name, at) VALUES (false, '试过了', $1, '民政的人', $2)", civil, now
    )  # fmt: skip
    await owner.execute("INSERT INTO approval_shares (percent, by_id, at) VALUES (5, $1, $2)", civil, now)
    instant = await owner.fetchval(
        """SELECT i.code FROM items i JOIN item_versions v ON (v.code, v.version) = (i.code, i.version)
           WHERE i.department_id = $1 AND json_array_length(coalesce(v.data->'item'->'instant', '[]')) > 0 ORDER BY i.code LIMIT 1""",
        case["department_id"],
    )
    city.targets |= {"recheck": recheck, "inquiry": inquiry, "trial": trial, "instant": instant}
