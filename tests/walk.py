"""From the first page along every link: one page of each kind, as each member of the cast finds it."""

import re
from collections.abc import AsyncIterator, Callable
from urllib.parse import unquote, urlsplit

from playwright.async_api import BrowserContext, Page

from tests.access.table import TABLE

# Whose eyes: nobody, the daughter as herself and for her father, a trader, an officer, who supervises, who edits.
WALKERS = ("nobody", "daughter", "daughter for father", "shopkeeper", "officer-civil", "supervisor")
KINDS = sorted((key.removeprefix("GET ") for key in TABLE if key.startswith("GET /")), key=lambda key: key.count("{"))
PAPERS = (".csv", ".pdf", ".zip", ".json", ".xlsx", ".ics", ".txt", ".yaml")
NO_PAGES = ("/static/", "/api/", "/files/", "/documents/", "/livez", "/readyz", "/sw.js", "/manifest")


def kind_of(path: str) -> str | None:
    """The route a path belongs to: `/cases/4601…` → `/cases/{number}`."""
    for kind in KINDS:
        if re.fullmatch(re.sub(r"\{[^}]+:path\}", ".+", re.sub(r"\{[^}:]+\}", "[^/]+", kind)), path):
            return kind
    return None


async def walk(page: Page, base: str, before: Callable[[], None] = lambda: None) -> AsyncIterator[tuple[str, str, str]]:
    """(kind, address, source) of one page of each kind that links lead to from the first page; the page stands open meanwhile.
    `before` is called before each is opened."""
    ahead, seen = ["/"], set[str]()
    while ahead:
        address = ahead.pop(0)
        path = unquote(urlsplit(address).path)
        kind = kind_of(path)
        if kind is None or kind in seen or path.startswith(NO_PAGES) or path.endswith(PAPERS):
            continue
        seen.add(kind)
        before()
        answer = await page.goto(base + address)
        if answer is None or answer.status != 200 or "html" not in answer.headers.get("content-type", ""):
            continue
        links = await page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        ahead += [link.removeprefix(base).split("#")[0] or "/" for link in links if link.startswith(base)]
        yield kind, address, await answer.text()


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
