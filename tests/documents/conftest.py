"""The small town of the cases, with a key to sign documents with and a worker to make them."""

import io
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
import pikepdf
import pytest
import pytest_asyncio

from backend.cases.model import Case
from backend.core.db import connect
from backend.core.embedded import EmbeddedPostgres
from backend.core.jobs import Work
from backend.core.keys import signing_key
from backend.core.pace import looks
from backend.documents.making import make
from backend.settings import Settings, load
from tests.cases.town import START, Town, founded
from tests.postgres import cloned, environ_of
from tests.web import Site, StoppedClock, running

KEY = signing_key(datetime(2026, 1, 1, tzinfo=UTC)).decode()


class Office:
    """The town, whose worker makes the documents of what happened in a case."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.work = Work(town.worker, town.vault, town.settings, lambda: town.now)

    async def made(self, case: Case) -> dict[str, dict[str, object]]:
        """Kind → the newest row of it, after the job has run for every event of the case."""
        async with self.town.machine() as tx:
            events = await tx.db.fetch("SELECT id FROM events WHERE case_id = $1 ORDER BY id", case.id)
        await make(self.work, [row["id"] for row in events])
        async with self.town.machine() as tx:
            rows = await tx.db.fetch("SELECT * FROM documents WHERE case_id = $1 ORDER BY event_id", case.id)
        return {row["kind"]: dict(row) for row in rows}


@pytest_asyncio.fixture(scope="module")
async def shared_office(
    postgres: EmbeddedPostgres, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    folder: Path = tmp_path_factory.mktemp("office")
    async with cloned(postgres) as name:
        environ = {"DATA": str(folder), "MASTER_KEY": "5a" * 32, "SIGNING_KEY": KEY, **environ_of(postgres, name)}
        async with founded(load(environ)) as town:
            yield Office(town)


@pytest_asyncio.fixture
async def own_office(settings: Settings) -> AsyncIterator[Office]:
    """For a test that must leave nothing behind."""
    async with founded(settings) as town:
        yield Office(town)


@pytest.fixture
def office(shared_office: Office) -> Office:
    shared_office.town.now = START
    return shared_office


@pytest.fixture
def town(office: Office) -> Town:
    return office.town


@pytest_asyncio.fixture(scope="module")
async def shared_site(shared_office: Office) -> AsyncIterator[Site]:
    settings: Settings = msgspec.structs.replace(shared_office.town.settings, demo=True)
    async with running(settings, StoppedClock(START)) as site:
        yield site


@pytest_asyncio.fixture
async def site(shared_site: Site, town: Town, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Nobody has looked too often yet, in the database or in this process."""
    monkeypatch.setattr(looks, "_counts", Counter())
    shared_site.clock.now = town.now
    owner = await connect(town.settings.login("owner"))
    await owner.execute("DELETE FROM limits")
    await owner.close()
    return shared_site


def words_of(paper: bytes) -> str:
    """The text of a PDF as a reader program finds it, letters in order without blanks."""
    found = []
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        for page in pdf.pages:
            maps = {name: _letters(font) for name, font in page.Resources.Font.items()}
            now: dict[int, str] = {}
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    now = maps[str(operands[0])]
                elif str(operator) in ("Tj", "TJ"):
                    parts = operands[0] if str(operator) == "TJ" else operands
                    found += [_said(bytes(part), now) for part in parts if isinstance(part, pikepdf.String)]
    return "".join("".join(found).split())


def _letters(font: pikepdf.Object) -> dict[int, str]:
    letters: dict[int, str] = {}
    for line in font.ToUnicode.read_bytes().decode("latin-1").splitlines():
        ends = line.replace(">", "").replace("<", " ").split()
        if len(ends) == 2 and all(len(end) % 4 == 0 and len(end) >= 4 for end in ends):
            letters[int(ends[0], 16)] = bytes.fromhex(ends[1]).decode("utf-16-be")
    return letters


def _said(raw: bytes, letters: dict[int, str]) -> str:
    return "".join(letters.get(int.from_bytes(raw[i : i + 2], "big"), "") for i in range(0, len(raw), 2))


async def opened(client: httpx.AsyncClient, document: object) -> bytes:
    answer = await client.get(f"/documents/{document}")
    assert answer.status_code == 200, answer.text[:300]
    return answer.content
