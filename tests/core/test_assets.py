"""Built files as a browser gets them: the best encoding, once, and headers under which a service worker can live."""

import gzip
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from backend.core.assets import DIST, Assets
from backend.settings import Settings
from tests.web import Site, running

pytestmark = pytest.mark.skipif(
    not (DIST / "assets.json").exists(), reason="pwa/dist is not built: npm run build in pwa/"
)


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    async with running(settings) as site:
        yield site


@pytest.mark.parametrize("path", ["/sw.js", "/manifest.webmanifest", Assets().url("app.js"), Assets().url("icons.svg")])
async def test_a_file_is_compressed_once_and_arrives_whole(site: Site, path: str):
    plain = await site.stranger().get(path, headers={"Accept-Encoding": "identity"})
    packed = await site.stranger().get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert gzip.compress(plain.content)[:2] != plain.content[:2]


async def test_the_service_worker_may_fetch_and_is_never_kept(site: Site):
    answer = await site.stranger().get("/sw.js")
    policy = answer.headers["content-security-policy"]
    assert "connect-src 'self'" in policy
    assert "sandbox" not in policy
    assert answer.headers["cache-control"] == "no-cache"
    for name in ("app.css", "app.js", "icons.svg"):
        assert f'"{Assets().url(name)}"' in answer.text


async def test_fingerprinted_files_are_kept_for_ever_and_unknown_ones_are_404(site: Site):
    stranger = site.stranger()
    assert "immutable" in (await stranger.get(Assets().url("app.css"))).headers["cache-control"]
    assert (await stranger.get("/static/../assets.json")).status_code == 404
    assert (await stranger.get("/static/nothing.css")).status_code == 404


async def test_the_page_for_no_network_is_the_same_for_everybody(site: Site):
    answer = await site.stranger().get("/offline")
    assert answer.headers["x-offline"] == "public"
    assert "现在没有网络" in answer.text
