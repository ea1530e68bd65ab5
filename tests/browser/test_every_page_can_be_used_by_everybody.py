"""Every page the product has, reached by its links in a lived-in town: in Chinese and light as well as in English, elder and dark,
axe, html-validate and vnu find nothing, nothing is sideways or moves, every word and target is large and clear enough, and a first
visit costs no more than promised. `tests/measures.py` says how each is measured; pages no link leads to have journeys of their own.
"""

import asyncio
import re
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.async_api import Browser, BrowserContext, Page

from tests.bench.pages import moved_in
from tests.browser.conftest import Person
from tests.browser.town import Town
from tests.fakes.push_service import node
from tests.measures import HELP, SHIFT, SMALL_TARGETS, Wire, broken_rules, looks, sideways
from tests.walk import enter, walk

NODE_MODULES = Path(__file__).parents[1] / "node_modules"
RULES = Path(__file__).parents[1] / ".htmlvalidate.json"
# The fullest first: a kind of page one walker has been measured on is not measured again for the next.
PEOPLE = ("nobody", "daughter for father", "shopkeeper")
OFFICERS = ("officer-civil", "supervisor", "officer-editor", "officer-admin")  # there is no elder version of the desk
VERSIONS = {"standard": ("light", "zh-CN"), "elder": ("dark", "en")}
WITHOUT_A_LINK = ("/offline", "/nothing-here", "/search?q=zzz", "/search?q=老人津贴怎么领")

Faults = dict[str, list[str]]


@pytest.mark.timeout(900)  # some hundred and fifty pages
async def test_every_page_in_both_versions(chromium: Browser, town: Town, tmp_path: Path):
    await moved_in(replace(town.settings, demo=True))
    found: Faults = {}

    async def people() -> None:
        # One after the other: which version she reads is remembered with her account.
        for mode in VERSIONS:
            await look_at_all(chromium, town, mode, PEOPLE, tmp_path, found)

    await asyncio.gather(people(), look_at_all(chromium, town, "standard", OFFICERS, tmp_path, found))
    assert len(found) > 100, "fewer pages than there are: the walk has lost its way"
    checked = await asyncio.gather(html_validate(tmp_path), vnu(tmp_path))
    wrong = [f"{page}: {fault}" for page, faults in sorted(found.items()) for fault in faults]
    assert not wrong + list(filter(None, checked)), "\n".join([*wrong, *checked])


async def look_at_all(
    chromium: Browser, town: Town, mode: str, walkers: tuple[str, ...], sources: Path, found: Faults
) -> None:
    seen = set[str]()
    for walker in walkers:
        context = await opened(chromium, town, mode, *VERSIONS[mode])
        await enter(context, town.base, walker)
        page = await context.new_page()
        wire = await Wire.on(page, town.base)
        async for kind, _address, source in walk(page, town.base, wire.begin):
            if kind not in seen:
                seen.add(kind)
                (sources / f"{name_of(kind)}.{mode}.html").write_text(source, "utf-8")
                cost = [] if walker in OFFICERS else wire.faults(first=walker == "nobody")
                found[f"{mode} {walker} {kind}"] = cost + await faults_of(page, mode)
        if walker == "nobody":
            for address in WITHOUT_A_LINK:
                await page.goto(town.base + address)
                found[f"{mode} {address}"] = await faults_of(page, mode)
        await context.close()


async def faults_of(page: Page, mode: str) -> list[str]:
    desk = await page.locator("body.desk-page").count() > 0
    shifted = [] if desk else await page.evaluate(SHIFT)
    return [
        *shifted,
        *await page.evaluate(HELP),
        *await sideways(page),
        *await looks(page, mode, desk=desk),
        *await broken_rules(page, colours=False),
    ]


def name_of(kind: str) -> str:
    return re.sub(r"[^a-z_-]+", ".", kind).strip(".") or "home"


async def html_validate(folder: Path) -> str:
    program = NODE_MODULES / "html-validate" / "bin" / "html-validate.mjs"
    return await said_by(node(), program, "--config", RULES, "--formatter=text", folder)


async def vnu(folder: Path) -> str:
    """The checker of the standard's own people, where there is Java to run it."""
    if not shutil.which("java"):
        return ""
    jar = NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    return await said_by("java", "-jar", jar, "--errors-only", "--skip-non-html", folder)


async def said_by(*command: str | Path) -> str:
    running = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await running.communicate()
    return said.decode() if running.returncode else ""


async def opened(chromium: Browser, town: Town, mode: str, scheme: str, locale: str = "zh-CN") -> BrowserContext:
    context = await chromium.new_context(
        viewport={"width": 320, "height": 720},
        locale=locale,
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
        service_workers="block",
    )
    if mode != "standard":
        await context.add_cookies([{"name": "mode", "value": mode, "url": town.base}])
    return context


async def somebody(chromium: Browser, town: Town, handle: str, mode: str, scheme: str) -> Person:
    person = Person(await (await opened(chromium, town, mode, scheme)).new_page(), town)
    await person.signs_in(handle)
    return person


async def faults(person: Person, path: str, least: int) -> dict[str, object]:
    """What is wrong with one page of a journey, by its path; nothing at best."""
    page = person.page
    await person.opens(path)
    found = [*await broken_rules(page), *await sideways(page), *await page.evaluate(SMALL_TARGETS, least)]
    return {path: found} if found else {}
