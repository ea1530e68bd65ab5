"""An import while somebody else changes the catalogue: it waits, and gives up with a sentence."""

import pytest

from backend.catalogue import import_command
from backend.catalogue.import_command import NotImported
from backend.catalogue.intake import read
from backend.core.db import connect
from backend.settings import Settings
from tests.demo import load_demo

TABLE = "实施编码,事项名称,实施主体\n11460100000000001A4460100000001,演示事项一,演示部门\n"


async def test_an_import_beside_a_publication_gives_up_and_changes_nothing(
    settings: Settings, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await load_demo(settings)
    (tmp_path / "few.csv").write_text(TABLE, "utf-8")
    monkeypatch.setattr(import_command, "PATIENCE", 1)
    login, intake = settings.login("owner"), read(tmp_path / "few.csv", "")
    other = await connect(login)
    async with other.transaction():
        await other.execute("LOCK TABLE items IN EXCLUSIVE MODE")
        with pytest.raises(NotImported, match="过一会儿再试"):
            await import_command._import(login, [(tmp_path / "few.csv", intake)], withdraw=False)
    assert await other.fetchval("SELECT count(*) FROM items WHERE kind = 'guide'") == 0
    await other.close()
