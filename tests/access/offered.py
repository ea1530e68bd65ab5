"""What the father is offered, pledged and appealed against: an offer the community office should bring him, a pledge that
was found broken, his words against that and against his credit tier."""

from typing import Any
from uuid import uuid4

import asyncpg

from backend.core.crypto import Vault
from backend.offers.model import Contact, Found, Reason
from backend.offers.queries import about, about_contact
from backend.settings import Settings
from tests.access import table as who
from tests.access.city import CIVIL_AFFAIRS, City
from tests.web import StoppedClock

ALLOWANCE = "460100-MZ-001"
WORDS = "我承诺：演示"


async def offer_to_father(city: City, owner: asyncpg.Connection, settings: Settings) -> None:
    vault, now, father = Vault(settings.master_key or ""), StoppedClock()(), city.ids[who.FATHER]
    key = vault.key(await owner.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", father))
    version = await owner.fetchval("SELECT version FROM items WHERE code = $1", ALLOWANCE)
    look, offer = uuid4(), uuid4()
    await owner.execute(
        """INSERT INTO offer_looks (id, item_code, item_version, basis, registers, facts, begun_at, ended_at)
           VALUES ($1, $2, $3, '演示依据', '{population}', '{}', $4, $4)""",
        look, ALLOWANCE, version, now,
    )  # fmt: skip
    await owner.execute(
        """INSERT INTO offers (id, look_id, item_code, item_version, department_id, role, subject, principal_id, period, facts_hash, sealed,
                  contact, offered_at, checked_at)
           VALUES ($1, $2, $3, $4, $5, 'applicant', sha256('number'), $6, 'once', sha256('facts'), $7, $8, $9, $9)""",
        offer, look, ALLOWANCE, version, CIVIL_AFFAIRS, father,
        key.seal_value(Found(reasons=(Reason("演示"),)), about(offer)),
        vault.registers.seal_value(Contact(name="演示"), about_contact(offer)), now,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO offer_visits (offer_id, outcome, officer_id, at) VALUES ($1, 'not_there', $2, $3)",
        offer, city.ids[who.CIVIL], now,
    )  # fmt: skip
    city.targets["offer"] = offer
    await _pledge(city, owner, vault, key)


async def _pledge(city: City, owner: asyncpg.Connection, vault: Vault, key: Any) -> None:
    now, father, pledge, appeal = StoppedClock()(), city.ids[who.FATHER], uuid4(), uuid4()
    await owner.execute(
        """INSERT INTO pledges (id, case_id, principal_id, actor_id, item_code, item_version, department_id, subject, material, label, words,
                  words_hash, terms, name_sealed, means, signed_at, due, result, result_words, result_by, result_at)
           SELECT $1, c.id, c.principal_id, c.principal_id, c.item_code, c.item_version, c.department_id, c.principal_id, 'person.demo', '演示', $3,
                  sha256(convert_to($3, 'UTF8')), $7, $4, 'name', $5::timestamptz, $5::date, 'broken', '演示', $6, $5::timestamptz
           FROM cases c WHERE c.number = $2""",
        pledge, city.targets["case"], WORDS, key.seal_value("演示", f"pledge:{pledge}"), now, city.ids[who.AUDITOR],
        {"checked": "演示", "within_days": 60, "consequence": "演示", "excludes": "item", "excluded_days": 365, "withdraws": False},
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO pledge_objections (pledge_id, principal_id, made_by, words_sealed, made_at) VALUES ($1, $2, $2, $3, $4)",
        pledge, father, vault.system.seal_value("演示", f"pledge:{pledge}:objection"), now,
    )  # fmt: skip
    await owner.execute(
        """INSERT INTO credit_appeals (id, principal_id, made_by, register, department_id, tier, words_sealed, made_at)
           VALUES ($1, $2, $2, 'credit', $3, 'blue', $4, $5)""",
        appeal, father, CIVIL_AFFAIRS, vault.system.seal_value("演示", f"credit appeal:{appeal}"), now,
    )  # fmt: skip
    city.targets |= {"pledged": pledge, "appeal": appeal}
