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

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from backend.core import keys
from backend.core.embedded import EmbeddedPostgres, at, prepare_with
from backend.settings import Settings, load
from tests.access.table import TABLE
from tests.bench.pages import prepared
from tests.browser.town import Town, started
from tests.browsers import system_chromium
from tests.phones import ARGUMENTS

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
# Whose eyes: nobody, the daughter as herself and for her father, a trader, an officer, who supervises, who edits.
WALKERS = ("nobody", "daughter", "daughter for father", "shopkeeper", "officer-civil", "supervisor")
KINDS = sorted((key.removeprefix("GET ") for key in TABLE if key.startswith("GET /")), key=lambda key: key.count("{"))
NO_PAGES = ("/static/", "/api/", "/files/", "/documents/", "/livez", "/readyz", "/sw.js", "/manifest")

Found = dict[str, str]  # kind of page → the first address of that kind


def kind_of(path: str) -> str | None:
    """The route a path belongs to: `/cases/4601…` → `/cases/{number}`."""
    for kind in KINDS:
        if re.fullmatch(re.sub(r"\{[^}]+:path\}", ".+", re.sub(r"\{[^}:]+\}", "[^/]+", kind)), path):
            return kind
    return None


async def walk(page: Page, base: str, wanted: tuple[str, ...]) -> Found:
    """One address of each kind of page that links lead to from the first page."""
    found, ahead, seen = Found(), ["/"], set()
    while ahead:
        address = ahead.pop(0)
        path = unquote(urlsplit(address).path)
        kind = kind_of(path)
        if kind is None or kind in seen or path.startswith(NO_PAGES):
            continue
        seen.add(kind)
        answer = await page.goto(base + address)
        if answer is None or answer.status != 200 or "html" not in answer.headers.get("content-type", ""):
            continue
        if not wanted or path.startswith(wanted):
            found[kind] = address
        links = await page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        ahead += [link.removeprefix(base).split("#")[0] or "/" for link in links if link.startswith(base)]
    return found


async def enter(context: BrowserContext, base: str, walker: str) -> None:
    """Sign in as the demo offers it, and take on the father's affairs where the walker does."""
    page = await context.new_page()
    handle, _, principal = walker.partition(" for ")
    if handle != "nobody":
        await page.goto(f"{base}/sign-in")
        await page.locator(f'button[value="{handle}"]').click()
        await page.wait_for_load_state()
    if principal:
        await page.goto(f"{base}/acting")
        await page.locator('form:has(input[name=mandate]:not([value=""])) button').first.click()
        await page.wait_for_load_state()
    await page.close()


async def take(browser: Browser, town: Town, walker: str, wanted: tuple[str, ...]) -> set[str]:
    plain = await browser.new_context(viewport=PHONE, locale="zh-CN", service_workers="block")
    await enter(plain, town.base, walker)
    found = await walk(await plain.new_page(), town.base, wanted)
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
