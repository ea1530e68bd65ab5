"""Every route × every kind of actor, against the table that people wrote."""

import re
from urllib.parse import quote

import pytest
from litestar import Litestar

from backend.app import create_app
from backend.settings import load
from tests.access.city import City
from tests.access.conftest import Walked
from tests.access.table import ACTORS, CART_POST, DAUGHTER, MISSING, REFUSED, TABLE
from tests.access.walk import ask, path_of, routes_of, undone, verdict
from tests.web import Site

SENTENCE = re.compile(r"[\u4e00-\u9fff]{4,}")


@pytest.fixture(scope="module")
def app() -> Litestar:
    return create_app(load({"MASTER_KEY": "5a" * 32, "DATABASE_URL": "postgresql://nobody@localhost/none"}))


def test_every_route_stands_in_the_table_and_every_row_has_its_route(app: Litestar) -> None:
    there, written = set(routes_of(app)), set(TABLE)
    assert there - written == set(), "routes nobody has decided about"
    assert written - there == set(), "rows whose route is gone"


def test_every_row_says_a_verdict_for_every_actor() -> None:
    assert [route for route, row in TABLE.items() if set(row) != set(ACTORS)] == []


@pytest.mark.parametrize("route", sorted(TABLE))
async def test_everybody_gets_what_the_table_says(route: str, walked: Walked) -> None:
    answers = {actor: walked.answers[route, actor] for actor in ACTORS}
    assert {actor: verdict(answer) for actor, answer in answers.items()} == TABLE[route]
    for actor, answer in answers.items():
        if verdict(answer) == REFUSED:
            assert SENTENCE.search(answer.text), f"{actor} is refused without a sentence: {answer.text[:300]}"


CARTS = {route for route, row in TABLE.items() if row in (CART_POST, CART_POST | {DAUGHTER: REFUSED})}
AIMED = sorted({route for route in TABLE if "{" in route} | CARTS)


def without(page: str, address: str) -> str:
    return page.replace(address, "…").replace(quote(address), "…")


@pytest.mark.parametrize("route", AIMED)
async def test_what_is_not_hers_looks_exactly_like_what_does_not_exist(route: str, site: Site, city: City) -> None:
    hidden = {MISSING, REFUSED} if route in CARTS else {MISSING}
    for actor in (actor for actor, said in TABLE[route].items() if said in hidden and actor != DAUGHTER):
        async with undone(site):
            foreign = await ask(site, city, actor, route)
            absent = await ask(site, city, actor, route, real=False)
        assert foreign.status_code == absent.status_code, actor
        here, nowhere = path_of(route, city), path_of(route, city, real=False)
        assert without(foreign.text, here) == without(absent.text, nowhere), actor
        assert {**foreign.headers} | {"content-length": ""} == {**absent.headers} | {"content-length": ""}, actor
