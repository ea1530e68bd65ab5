"""Every page as a picture, to be looked at by a person: `make screenshots`, then open `.gallery/index.html`.

A town with a filed order and a filled cart; members of its cast walk from the first page along every link, one page of
each kind, and each is taken on a phone, in the elder version, dark, in English and on a desk. What no link
leads to is named at the end: an orphan page is a page nobody finds.

    python -m tests.gallery                 everything
    python -m tests.gallery /mandates /me   only what begins so
"""

import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.async_api import Browser, async_playwright

from backend.core import keys
from backend.core.embedded import EmbeddedPostgres, at, prepare_with
from backend.settings import Settings, load
from tests.bench.pages import prepared
from tests.browser.town import Town, started
from tests.browsers import system_chromium
from tests.phones import ARGUMENTS
from tests.walk import KINDS, NO_PAGES, WALKERS, enter, walk

OUT = Path(".gallery")
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
# mode: viewport, elder or not, colours, language
MODES = {
    "phone": (PHONE, "standard", "light", "zh-CN"),
    "elder": (PHONE, "elder", "light", "zh-CN"),
    "dark": (PHONE, "standard", "dark", "zh-CN"),
    "english": (PHONE, "standard", "light", "en"),
    "desktop": (DESKTOP, "standard", "light", "zh-CN"),
}


async def take(browser: Browser, town: Town, walker: str, wanted: tuple[str, ...]) -> set[str]:
    plain = await browser.new_context(viewport=PHONE, locale="zh-CN", service_workers="block")
    await enter(plain, town.base, walker)
    found = {
        kind: address
        async for kind, address, _source in walk(await plain.new_page(), town.base)
        if not wanted or unquote(urlsplit(address).path).startswith(wanted)
    }
    cookies = await plain.cookies()
    for mode, (viewport, size, scheme, locale) in MODES.items():
        context = await browser.new_context(
            viewport=viewport,
            locale=locale,
            color_scheme=scheme,
            service_workers="block",  # type: ignore[arg-type]
        )
        await context.add_cookies([*cookies, {"name": "mode", "value": size, "url": town.base}])  # type: ignore[list-item]
        page = await context.new_page()
        for kind, address in found.items():
            await page.set_viewport_size(viewport)
            await page.goto(town.base + address)
            # As tall as the page: what sticks to the lower edge of a phone must not lie across the middle of the picture.
            height = await page.evaluate("document.documentElement.scrollHeight")
            await page.set_viewport_size(viewport | {"height": max(viewport["height"], min(height, 6000))})
            await page.screenshot(path=OUT / f"{name_of(kind)}--{walker.replace(' ', '-')}--{mode}.png")
        await context.close()
    await plain.close()
    return set(found)


def name_of(kind: str) -> str:
    return re.sub(r"[^a-z_-]+", ".", kind).strip(".") or "home"


def write_index() -> None:
    """All pictures beside one another: a row for each page and walker."""
    rows: dict[str, list[str]] = {}
    for picture in sorted(OUT.glob("*.png")):
        rows.setdefault(picture.stem.rpartition("--")[0], []).append(picture.name)
    body = "".join(
        f"<h2>{escape(row)}</h2><p>" + "".join(f'<a href="{p}"><img src="{p}" width="300" alt="{p}"></a> ' for p in ps)
        for row, ps in rows.items()
    )
    (OUT / "index.html").write_text(f"<!doctype html><meta charset=utf-8><title>Gallery</title>{body}", "utf-8")


@contextmanager
def lived_in() -> Iterator[Settings]:
    with tempfile.TemporaryDirectory(prefix="suishouban-gallery-") as folder:
        keys.create_missing(Path(folder))
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            asyncio.run(prepare_with(server))
            settings = at(load({"DATA": folder, "SUISHOUBAN_DEMO": "on"}), server.sockets)
            asyncio.run(prepared(settings))
            yield settings
        finally:
            server.stop()


async def taken(town: Town, wanted: tuple[str, ...]) -> set[str]:
    async with async_playwright() as player:
        browser = await player.chromium.launch(
            executable_path=system_chromium(), chromium_sandbox=False, args=ARGUMENTS
        )
        return set().union(*[await take(browser, town, walker, wanted) for walker in WALKERS])


def main() -> int:
    wanted = tuple(sys.argv[1:])
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    with lived_in() as settings, started(settings) as town:
        reached = asyncio.run(taken(town, wanted))
    write_index()
    orphans = [kind for kind in KINDS if kind not in reached and not kind.startswith(NO_PAGES)]
    print(f"{len(reached)} kinds of pages in {OUT}/index.html")
    if not wanted:
        print("No link leads to:", *orphans, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
