"""Other people's browsers: the product as `make run` starts it, in an engine that is not Chromium."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from backend.core.embedded import EmbeddedPostgres
from backend.settings import load
from tests.browser.town import Town, started
from tests.engines.firefox import Firefox, firefox, system_firefox
from tests.engines.webkit import WebKitTab, mini_browser, webkit
from tests.fakes.autopush import Autopush, autopush
from tests.postgres import cloned, environ_of

TOLD = {  # a push service on this machine, and notifications that Firefox itself shows
    "alerts.useSystemBackend": False,
    "remote.prefs.recommended": False,  # they close the connection to the push service
    "dom.push.testing.allowInsecureServerURL": True,
    "permissions.default.desktop-notification": 1,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/engines/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest_asyncio.fixture(scope="session")
async def push() -> AsyncIterator[Autopush]:
    async with autopush() as service:
        yield service


@pytest_asyncio.fixture(scope="module")
async def town(
    postgres: EmbeddedPostgres, demo_city: str, push: Autopush, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    """One for the journeys of one file, each with its own people."""
    async with cloned(postgres, demo_city) as name:
        environ = {"DATA": str(tmp_path_factory.mktemp("town")), "MASTER_KEY": "5a" * 32}
        with started(load(environ | environ_of(postgres, name)), PUSH_ALLOWED=push.origin) as town:
            yield town


@pytest_asyncio.fixture(scope="session")
async def fox(push: Autopush) -> AsyncIterator[Firefox]:
    if system_firefox() is None:
        pytest.skip("no Firefox here (Debian: apt-get install firefox-esr)")
    async with firefox(**TOLD, **{"dom.push.serverURL": push.socket}) as fox:
        yield fox


@pytest_asyncio.fixture
async def safari() -> AsyncIterator[WebKitTab]:
    if mini_browser() is None:
        pytest.skip("no WebKitGTK here (Debian: apt-get install webkit2gtk-driver xvfb)")
    async with webkit() as tab:
        yield tab
