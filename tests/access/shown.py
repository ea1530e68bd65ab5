"""The father showed the certificate he was granted, and somebody looked; it is on his screen once more."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg

from backend.core.crypto import Vault
from backend.core.viewer import hash_of
from backend.settings import Settings
from tests.access import table as who
from tests.access.city import City
from tests.web import StoppedClock


async def show_a_certificate(city: City, owner: asyncpg.Connection, settings: Settings) -> None:
    father, now = city.ids[who.FATHER], StoppedClock()()
    certificate = await owner.fetchval("SELECT id FROM certificates WHERE holder_id = $1", father)
    city.targets |= {"certificate": certificate, "showing": uuid4()}
    wrapped = await owner.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", father)
    key, showing = Vault(settings.master_key or "").key(wrapped), city.targets["showing"]
    await owner.execute(
        """INSERT INTO showings (id, certificate_id, holder_id, shown_by, purpose, elements, begun_at, ends_at)
           VALUES ($1, $2, $3, $3, 'whose', '{person.name}', $4, $5)""",
        showing, certificate, father, now, now + timedelta(minutes=10),
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO showing_codes (token_hash, showing_id, token_sealed, made_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        hash_of("shown"), showing, key.seal(b"shown", f"showing:{showing}"), now, now + timedelta(seconds=90),
    )  # fmt: skip
    city.targets["look"] = await _somebody_looked(owner, certificate, father, showing)


async def _somebody_looked(owner: asyncpg.Connection, certificate: UUID, father: UUID, showing: UUID) -> UUID:
    look = uuid4()
    await owner.execute(
        """INSERT INTO certificate_looks (id, showing_id, certificate_id, holder_id, browser, purpose, elements, standing, mark, at)
           VALUES ($1, $2, $3, $4, sha256('telephone'), 'whose', '{person.name}', 'valid', '07', $5)""",
        look, showing, certificate, father, StoppedClock()(),
    )  # fmt: skip
    return look
