"""Built files as a browser gets them: the best encoding, once, and headers under which a service worker can live."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

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


async def test_fingerprinted_files_are_kept_for_ever_and_unknown_ones_are_404(site: Site):
    stranger = site.stranger()
    assert "immutable" in (await stranger.get(Assets().url("app.css"))).headers["cache-control"]
    assert (await stranger.get("/static/../assets.json")).status_code == 404
    assert (await stranger.get("/static/nothing.css")).status_code == 404


async def test_the_page_for_no_network_is_the_same_for_everybody(site: Site):
    answer = await site.stranger().get("/offline")
    assert answer.headers["x-offline"] == "public"
    assert "现在没有网络" in answer.text


async def test_a_page_for_nobody_is_not_sent_twice_and_keeps_its_policy(site: Site):
    first = await site.stranger().get("/offline", headers={"Accept-Encoding": "br"})
    assert first.headers["content-encoding"] == "br"
    assert Assets().url("app.css") in first.headers["link"]
    again = await site.stranger().get("/offline", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "content-security-policy" not in again.headers, "it would take the place of the page's own"
    english = await site.stranger().get(
        "/offline", headers={"If-None-Match": first.headers["etag"], "X-Kept": "elder en"}
    )
    assert english.status_code == 200
    assert 'lang="en" data-mode="elder"' in english.text


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.1, gzip;q=0.9", "gzip"),
        ("zstd, gzip;q=0.5", "zstd"),
        ("*", "br"),
        ("*;q=0", None),
        ("identity", None),
        ("br;q=x", None),
        ("", None),
    ],
)
def test_what_a_browser_likes_best_is_what_it_gets(tmp_path: Path, accept: str, encoding: str | None):
    for ending in ("", ".br", ".zst", ".gz"):
        (tmp_path / f"a.css{ending}").write_text(ending or "plain")
    body, headers = Assets(tmp_path).find("a.css", accept)
    assert headers.get("Content-Encoding") == encoding
    assert headers["Vary"] == "Accept-Encoding"
    assert body.decode() == {"br": ".br", "zstd": ".zst", "gzip": ".gz", None: "plain"}[encoding]
