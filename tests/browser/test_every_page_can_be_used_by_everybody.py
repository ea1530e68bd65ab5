"""Every page the product has, reached by its links in a lived-in town: in Chinese and light as well as in English, elder and dark,
axe, html-validate and vnu find nothing, nothing is sideways or moves, every word and target is large and clear enough, and a first
visit costs no more than promised. `tests/measures.py` says how each is measured; pages no link leads to have journeys of their own.
"""

import asyncio
import re
import shutil
from pathlib import Path

from msgspec.structs import replace
from playwright.async_api import Browser, BrowserContext, Page

from tests.bench.pages import moved_in
from tests.browser.conftest import Person
from tests.browser.town import Town
from tests.fakes.push_service import node
from tests.measures import HELP, SHIFT, SMALL_TARGETS, Wire, broken_rules, looks, sideways
from tests.walk import enter, walk

NODE_MODULES = Path(__file__).parents[1] / "node_modules"
# The fullest first: a kind of page one walker has been measured on is not measured again for the next.
WALKERS = (
    "daughter for father",
    "shopkeeper",
    "nobody",
    "officer-civil",
    "supervisor",
    "officer-editor",
    "officer-admin",
)
WITHOUT_A_LINK = ("/offline", "/nothing-here", "/search?q=zzz", "/search?q=老人津贴怎么领")
VERSIONS = {"standard": ("light", "zh-CN"), "elder": ("dark", "en")}

Faults = dict[str, list[str]]


async def test_every_page_in_both_versions(chromium: Browser, town: Town, tmp_path: Path):
    await moved_in(replace(town.settings, demo=True))
    found: Faults = {}
    await asyncio.gather(*(look_at_all(chromium, town, mode, tmp_path, found) for mode in VERSIONS))
    assert len(found) > 120, "fewer pages than there are: the walk has lost its way"
    checked = await asyncio.gather(html_validate(tmp_path), vnu(tmp_path))
    wrong = [f"{page}: {fault}" for page, faults in sorted(found.items()) for fault in faults]
    assert not wrong + list(filter(None, checked)), "\n".join([*wrong, *checked])


async def look_at_all(chromium: Browser, town: Town, mode: str, sources: Path, found: Faults) -> None:
    seen = set[str]()
    for walker in WALKERS:
        context = await opened(chromium, town, mode, *VERSIONS[mode])
        await enter(context, town.base, walker)
        page = await context.new_page()
        wire = await Wire.on(page, town.base)
        async for kind, _address, source in walk(page, town.base, wire.begin):
            if kind not in seen:
                seen.add(kind)
                (sources / f"{re.sub(r'[^a-z_-]+', '.', kind)}.{mode}.html").write_text(source, "utf-8")
                await note(found, f"{mode} {walker} {kind}", page, mode, wire)
        if walker == "nobody":
            for address in WITHOUT_A_LINK:
                await page.goto(town.base + address)
                await note(found, f"{mode} {address}", page, mode, None)
        await context.close()


async def note(found: Faults, name: str, page: Page, mode: str, wire: Wire | None) -> None:
    desk = await page.locator("body.desk-page").count() > 0
    faults = wire.faults() if wire else []  # before anything else is asked of the page
    for measure in (SHIFT, HELP):
        faults += await page.evaluate(measure)
    found[name] = (
        faults + await sideways(page) + await looks(page, mode, desk=desk) + await broken_rules(page, colours=False)
    )


async def html_validate(folder: Path) -> str:
    return await said_by(
        node(), NODE_MODULES / "html-validate" / "bin" / "html-validate.mjs", "--formatter=text", folder
    )


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
