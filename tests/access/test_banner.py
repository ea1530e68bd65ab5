"""Whoever acts for somebody else reads whom on every page, and leaves with one tap; nobody else reads that."""

import re

import pytest

from tests.access.city import MARKS, City
from tests.access.conftest import Walked
from tests.access.table import DAUGHTER, FATHER, HELPER, NEIGHBOUR, OK, TABLE
from tests.access.walk import undone
from tests.web import Site

PAGES = sorted(route for route in TABLE if route.startswith("GET ") and "/api/" not in route)
# No page of ours is around these: a file, a stream, a worker, the one page kept for everybody without network; and what is switched off where nobody is looked for at all.
BARE = re.compile(
    r"^GET /(_components|sign-in/provider|static|offline|cart/kept|sw\.js|manifest|livez|readyz|files|push/key|inbox/events|cases/\{number\}/events)"
)


def banner(text: str) -> str:
    """The words of the banner, "" where there is none."""
    found = re.search(r'<aside class="acting".*?</aside>', text, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize(("agent", "principal"), [(DAUGHTER, FATHER), (NEIGHBOUR, FATHER), (HELPER, "aunt")])
def test_every_page_says_for_whom_also_a_page_that_is_not_there(agent: str, principal: str, walked: Walked) -> None:
    without, seen = [], 0
    for route in PAGES:
        answer = walked.answers[route, agent]
        if answer.headers.get("content-type", "").startswith("text/html") and not BARE.match(route):
            seen += 1
            said = banner(answer.text)
            if MARKS[principal].name not in said or 'action="/acting"' not in said:
                without.append((route, answer.status_code))
    assert without == []
    assert seen > 30


def test_who_acts_for_herself_sees_no_banner(walked: Walked) -> None:
    shown = [route for route in PAGES if banner(walked.answers[route, FATHER].text)]
    assert shown == []


async def test_one_tap_brings_her_back_to_herself(site: Site, city: City) -> None:
    async with undone(site):
        person = site.stranger()
        person.cookies.set("__Host-session", city.tokens[DAUGHTER])
        assert MARKS[FATHER].name in banner((await person.get("/cases")).text)
        assert (await person.post("/acting", data={"mandate": ""})).status_code == 303
        after = (await person.get("/cases")).text
    assert banner(after) == ""
    assert MARKS[FATHER].name not in after
    assert TABLE["GET /acting"][DAUGHTER] == OK
