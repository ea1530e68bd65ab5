"""The pages of the counter, the service point and the guardians: axe finds nothing, nothing is sideways, every target can be hit."""

import pytest
from playwright.async_api import Browser

from tests.browser.test_a_case_is_worked_on_and_watched import filed
from tests.browser.test_every_page_can_be_used_by_everybody import faults, somebody
from tests.browser.town import Town
from tests.measures import DENSE

PERSON = ("/service-points", "/mandates/children", "/mandates", "/mandates/print", "/mandates/new")
DESK = (
    "/desk/mandates", "/desk/mandates/new", "/desk/people", "/desk/letters", "/desk?colour=yellow", "/desk/absence", "/desk/texts", "/visits",
    "/desk/joint", "/desk/calendar?year=2027",
)  # fmt: skip


@pytest.mark.parametrize(("mode", "scheme", "least"), [("standard", "dark", 44)])
async def test_every_page_of_a_visit_and_of_the_counter(
    chromium: Browser, town: Town, mode: str, scheme: str, least: int
):
    wrong: dict[str, object] = {}
    father = await somebody(chromium, town, "father", mode, scheme)
    for path in PERSON:
        wrong |= await faults(father, path, least)
    helper = await somebody(chromium, town, "helper-admin", mode, scheme)
    for path in ("/visits", "/visits/new", await opened(helper, town), "/visits"):
        wrong |= await faults(helper, path, least)
    officer = await somebody(chromium, town, "officer-civil", mode, scheme)
    for path in (*DESK, await looked_up(officer, town)):
        wrong |= await faults(officer, path, DENSE)
    wrong |= await faults(officer, f"/desk/cases/{await filed(town, 'father')}", DENSE)
    wrong |= await faults(officer, "/desk", DENSE)
    city = await somebody(chromium, town, "officer-admin", mode, scheme)
    wrong |= await faults(city, "/desk/roles", DENSE)
    wrong |= await faults(city, "/desk/organisations", DENSE)
    for path in await city.page.evaluate("[...document.querySelectorAll('td a')].map(a => a.getAttribute('href'))"):
        wrong |= await faults(city, path, DENSE)
    assert not wrong


async def opened(helper, town: Town) -> str:
    await helper.opens("/visits/new")
    await helper.page.fill("#person_name", "林长福")
    await helper.page.fill("#person_number", "460199194403051015")
    await helper.page.check("input[name=seen]")
    await helper.page.locator("fieldset details summary").first.click()
    await helper.page.locator("details[open] input[name=items]").first.check()
    await helper.taps("下一步，请对方签字")
    await helper.reads("请您看一看，同意再签")
    return helper.page.url.removeprefix(town.base)


async def looked_up(officer, town: Town) -> str:
    await officer.opens("/desk/people")
    await officer.page.fill("#person_name", "林长福")
    await officer.page.fill("#person_number", "460199194403051015")
    await officer.taps("查这个人")
    await officer.reads("谁可以替林长福办事")
    return officer.page.url.removeprefix(town.base)
