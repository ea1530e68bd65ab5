"""What the counter and the service point add to the city: a paper that waits, an officer with the father before her, a visit
of his that is open, letters taken to print, and somebody of whom a loss was said."""

import asyncpg

from backend.core.db import Tx
from backend.demo.model import CastOrganisation, Helper
from backend.mandates.consent import hash_of, seal_words
from backend.mandates.model import ACTIONS
from backend.service_points.model import NewPoint
from tests.access import table as who

COLLEAGUE = "colleague"  # of the clerk's; nobody asks as her


def post_office(clerk: str) -> CastOrganisation:
    staff = (Helper(who.CLERK, clerk, admin=True), Helper(COLLEAGUE, "同事辛"))
    return CastOrganisation("邮政网点（演示）", "post_office", (NewPoint("营业厅", "演示路 5 号", "每天"),), staff)


async def help_father(tx: Tx, ids: dict[str, object], words: str, other: str) -> dict[str, object]:
    """Everything at once, as owner; returns the targets. `other`: the one matter of the visit."""
    db, father = tx.db, ids[who.FATHER]
    key = tx.vault.key(await db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", father))
    found = dict(await db.fetchrow("SELECT organisation_id AS organisation, id AS point FROM service_points"))
    found |= await _on_paper(db, ids, key, words, tx)
    found |= await _visit(db, ids, found, key, words, other, tx)
    found["sight"] = await db.fetchval(
        """INSERT INTO desk_sights (id, officer_id, person_id, way, at, expires_at)
           VALUES (gen_random_uuid(), $1, $2, 'counter', $3::timestamptz, $3::timestamptz + interval '15 minutes') RETURNING id""",
        ids[who.CIVIL], father, tx.now,
    )  # fmt: skip
    found["batch"] = await _letter(db, ids, tx)
    await db.execute(
        "INSERT INTO losses (account_id, reason, said_by, at) VALUES ($1, 'incapacity', 'operator', $2)",
        ids[who.EDITOR], tx.now,
    )  # fmt: skip
    return found | {"colleague": ids[COLLEAGUE]}


async def _on_paper(db: asyncpg.Connection, ids: dict, key, words: str, tx: Tx) -> dict:
    paper = await db.fetchval("SELECT gen_random_uuid()")
    await db.execute(
        """INSERT INTO counter_mandates (id, kind, principal_id, agent_id, actions, consent_sealed, consent_hash, valid_from, valid_to,
                  department_id, first_officer, asked_at, expires_at)
           VALUES ($1, 'entrusted', $2, $3, $4, $5, $6, $7, $7, '民政局', $8, $9::timestamptz, $9::timestamptz + interval '7 days')""",
        paper, ids[who.FATHER], ids[who.DAUGHTER], list(ACTIONS), seal_words(key, words), hash_of(words),
        tx.today, ids[who.CIVIL], tx.now,
    )  # fmt: skip
    return {"on paper": paper}


async def _visit(db: asyncpg.Connection, ids: dict, at: dict, key, words: str, other: str, tx: Tx) -> dict:
    file, mandate, visit = [await db.fetchval("SELECT gen_random_uuid()") for _ in range(3)]
    await db.execute(
        """INSERT INTO files (id, principal_id, actor_id, sha256, store_key, media_type, size, name_sealed)
           VALUES ($1, $2, $3, sha256('paper'), 'no/where', 'image/png', 1, $4)""",
        file, ids[who.FATHER], ids[who.CLERK], key.seal(b"signature.png", f"file:{file}:name"),
    )  # fmt: skip
    await db.execute(
        """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, items, actions, consent_sealed, consent_hash, valid_from, valid_to, granted_at)
           VALUES ($1, $2, $3, 'staff_assisted', 'visit', $4, '{see,fill,submit,correct,pay}', $5, $6, $7, $7, $8)""",
        mandate, ids[who.FATHER], ids[who.CLERK], [other], seal_words(key, words), hash_of(words), tx.today, tx.now,
    )  # fmt: skip
    await db.execute(
        "INSERT INTO mandate_events (mandate_id, kind, actor_id) VALUES ($1, 'granted', $2)", mandate, ids[who.CLERK]
    )
    await db.execute(
        """INSERT INTO visits (id, organisation_id, point_id, staff_id, person_id, items, consent_sealed, consent_hash, day, opened_at,
                  signed_at, signed_on, paper_id, mandate_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, 'tablet', $11, $12)""",
        visit, at["organisation"], at["point"], ids[who.CLERK], ids[who.FATHER], [other],
        seal_words(key, words), hash_of(words), tx.today, tx.now, file, mandate,
    )  # fmt: skip
    return {"visit": visit}


async def _letter(db: asyncpg.Connection, ids: dict, tx: Tx) -> object:
    letter, batch = [await db.fetchval("SELECT gen_random_uuid()") for _ in range(2)]
    sealed = tx.vault.system.seal_value({"name": "某人", "address": "某处", "words": "某事"}, f"letter:{letter}")
    await db.execute(
        """INSERT INTO letters (id, person_id, sealed, state, queued_at, batch, taken_by, taken_at) VALUES ($1, $2, $3, 'taken', $4, $5, $6, $4)""",
        letter, ids[who.FATHER], sealed, tx.now, batch, ids[who.CIVIL],
    )  # fmt: skip
    return batch
