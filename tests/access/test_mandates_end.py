"""The very next request after a mandate has ended shows nothing of the principal, on whatever page."""

import pytest

from tests.access.city import MARKS, City
from tests.access.table import COUSIN, DAUGHTER, FATHER, NEPHEW, TABLE
from tests.access.test_markers import names, said_in
from tests.access.walk import ask, at, path_of, undone, verdict
from tests.web import Site

PAGES = sorted(route for route in TABLE if route.startswith("GET ") and TABLE[route][DAUGHTER] == "ok")


def of_his(text: str, city: City) -> list[str]:
    """His markers, and the numbers of his case and order."""
    return [mark for mark in (*MARKS[FATHER].all(), city.targets["case"], city.targets["order"]) if mark in text]


async def _all_pages(site: Site, city: City, handle: str) -> dict[str, list[str]]:
    """What of his each page still shows her, but for the address she asked for."""
    found = {}
    for route in PAGES:
        said = said_in(await ask(site, city, handle, route)).replace(path_of(route, city), "")
        if marks := of_his(said, city):
            found[route] = marks
    return found


async def test_before_it_ends_her_pages_are_full_of_his_affairs(site: Site, city: City) -> None:
    async with undone(site):
        shown = await _all_pages(site, city, DAUGHTER)
    assert {
        "GET /",
        "GET /cases",
        "GET /inbox",
        "GET /api/v1/notices",
        "GET /cart/sheet",
        "GET /files/{file_id}",
    } <= set(shown)


@pytest.mark.parametrize("how", ["POST /mandates/{mandate}/revocation", "DELETE /api/v1/mandates/{mandate}"])
async def test_revoked_he_is_gone_from_every_page_at_the_next_request(how: str, site: Site, city: City) -> None:
    async with undone(site):
        assert verdict(await ask(site, city, FATHER, how)) == "ok"
        left = await _all_pages(site, city, DAUGHTER)
    assert left == {}


async def test_expired_he_is_gone_from_every_page_at_the_next_request(site: Site, city: City) -> None:
    with at(site, days=91):
        async with undone(site):
            left = await _all_pages(site, city, DAUGHTER)
    assert left == {}


@pytest.mark.parametrize("handle", [COUSIN, NEPHEW])
async def test_whose_mandate_ended_before_sees_nothing_of_him(handle: str, site: Site, city: City) -> None:
    async with undone(site):
        assert await _all_pages(site, city, handle) == {}


async def test_he_still_reads_who_it_was(site: Site, city: City) -> None:
    async with undone(site):
        page = (await ask(site, city, FATHER, "GET /mandates")).text
    assert [name for name in names(COUSIN, NEPHEW) if name not in page] == []
