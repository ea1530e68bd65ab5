"""The starter city and its cast in a test's database, as `make run` loads them."""

from functools import cache
from pathlib import Path

import backend
from backend.catalogue.actions import load_pack
from backend.catalogue.pack_read import read_folder
from backend.catalogue.search_meaning import meanings
from backend.core.crypto import Vault
from backend.core.db import Tx, connect
from backend.demo.actions import load_cast, read_cast
from backend.settings import Settings
from tests.web import StoppedClock

HAIKOU = Path(backend.__file__).parent / "packs" / "haikou"
read_once = cache(read_folder)  # nobody who loads it changes it


async def load_demo(settings: Settings) -> None:
    # Read before a transaction begins that may not be idle for ten seconds.
    meanings([HAIKOU.name])
    city, cast = read_once(HAIKOU), read_cast(HAIKOU)
    owner = await connect(settings.login("owner"))
    async with owner.transaction():
        now = StoppedClock()()
        await owner.execute("SELECT set_config('app.now', $1, true)", now.isoformat())
        await load_pack(owner, city)
        await load_cast(Tx(owner, Vault(settings.master_key or ""), now), cast)
    await owner.close()
