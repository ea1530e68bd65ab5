"""A whole theme as what a mandate is for, in every way one is made: it becomes the items that stand in it that day."""

import re

import asyncpg
import pytest

from backend.catalogue.queries import city
from backend.core.db import connect
from backend.mandates.themes import Matters, chosen, shortened, themes_of
from tests.mandates.clerk import rows
from tests.mandates.test_at_the_counter import taken_in
from tests.mandates.test_give_a_mandate import BUYER
from tests.orders.shopping import transaction
from tests.service_points.test_help_somebody import begun
from tests.web import Site

THEME = "养老优待"
SOME = {"extent": "some", "themes": THEME}


async def standing_in(site: Site, theme: str = THEME) -> list[tuple[str, str]]:
    """Code and name of what an agent may do of a theme."""
    owner = await connect(site.app.state.settings.login("owner"))
    try:
        return list(next(t for t in themes_of(await city(owner)) if t.name == theme).items)
    finally:
        await owner.close()


async def given(site: Site) -> asyncpg.Record:
    return (await rows(site, "SELECT * FROM mandates WHERE items IS NOT NULL"))[0]


async def test_on_her_own_phone_the_words_name_every_item_and_say_that_later_ones_are_not_covered(site):
    spouse = await site.person("spouse")
    inside = await standing_in(site)
    words = (await spouse.post("/mandates", data=BUYER | SOME)).text
    assert len(inside) > 2
    assert f"“{THEME}”一类（现有 {len(inside)} 件" in words.replace("&#8220;", "“")
    assert all(name in words for _code, name in inside)
    assert "以后新增的不算" in words
    await spouse.post("/mandates", data=BUYER | SOME | {"agreed": "yes"})
    assert (await given(site))["items"] == [code for code, _name in inside]


async def test_themes_and_single_items_go_together_and_each_item_counts_once(site):
    owner = await connect(site.app.state.settings.login("owner"))
    published = await city(owner)
    await owner.close()
    inside = await standing_in(site)
    other = next(code for code in published.titles if code not in dict(inside))
    found = chosen(published, [THEME, "没有的主题"], [inside[0][0], other, "nothing"])
    assert found.items == [*dict(inside), other]
    assert found.words.count(inside[0][1]) == 1
    assert found.words.endswith(f"、{published.titles[other]}")
    assert chosen(published, ["没有的主题"], []) == Matters([], "")


@pytest.mark.parametrize("way", ["sms", "posted_code"])
async def test_who_asks_asks_for_a_theme_too(site, way):
    daughter = await site.person("buyer")
    asked = {"principal_name": "何安家", "principal_phone": "13900000004", "days": "31", "way": way, **SOME}
    assert (await daughter.post("/mandates/requests", data=asked)).status_code == 303
    (row,) = await rows(site, "SELECT items, matters FROM mandate_requests WHERE way = $1", way)
    inside = await standing_in(site)
    assert row["items"] == [code for code, _name in inside]
    assert shortened(row["matters"]) == f"“{THEME}”一类 {len(inside)} 件事"


async def test_the_code_she_shows_carries_it(site):
    spouse, buyer = await site.person("spouse"), await site.person("buyer")
    shown = (await spouse.post("/mandates/show-code", data=BUYER | SOME | {"agreed": "yes"})).text
    typed = "".join(re.search(r'receipt-number">(\w{4}) (\w{4})<', shown).groups())
    assert (await buyer.post("/mandates/code", data={"code": typed})).status_code == 303
    assert (await given(site))["items"] == [code for code, _name in await standing_in(site)]


async def test_on_paper_at_the_counter_and_for_a_visit(site):
    first = await site.person("officer-civil")
    page = await taken_in(first, **SOME)
    (paper,) = await rows(site, "SELECT items FROM counter_mandates")
    inside = [code for code, _name in await standing_in(site)]
    assert paper["items"] == inside
    assert "以后新增的不算" in (await first.get(page)).text
    helper = await site.person("helper")
    await begun(helper, items="", themes=THEME)
    (visit,) = await rows(site, "SELECT items FROM visits")
    assert visit["items"] == inside


async def test_what_the_theme_gets_later_is_not_covered(site):
    """Neither for the database nor for the queries, and without anything but the theme ticked nothing else is either."""
    spouse, buyer = await site.person("spouse"), await site.person("buyer")
    await spouse.post("/mandates", data=BUYER | SOME | {"agreed": "yes"})
    mandate = await given(site)
    owner = await connect(site.app.state.settings.login("owner"))
    published = await city(owner)
    later = next(i for i in published.pack.items.values() if i.agent and THEME not in i.themes)
    await owner.execute("UPDATE items SET themes = themes || $2::text WHERE code = $1", later.code, THEME)
    await owner.close()
    async with transaction(site, buyer) as tx:
        covered = "SELECT may_act_under($1, $2, 'submit', $3)"
        inside = mandate["items"][0]
        asked = (mandate["id"], mandate["principal_id"])
        assert await tx.db.fetchval(covered, *asked, inside) is True
        assert await tx.db.fetchval(covered, *asked, later.code) is False
        assert {row["code"] for row in await tx.db.fetch("SELECT code FROM my_items()")} == set(mandate["items"])


async def test_a_theme_of_which_nothing_is_left_to_agents_is_not_offered(site):
    owner = await connect(site.app.state.settings.login("owner"))
    published = await city(owner)
    await owner.close()
    assert all(theme.items for theme in themes_of(published))
    page = (await (await site.person("spouse")).get("/mandates/new")).text
    assert f'name="themes" value="{THEME}"' in page


def test_a_text_message_counts_the_things_behind_a_theme():
    theme = "“养老优待”一类（现有 2 件：优待证，补贴（高龄）；以后新增的不算）"
    assert shortened("优待证、补贴") == "优待证、补贴"
    assert shortened("甲、乙、丙") == "甲、乙等 3 件事"
    assert shortened(theme) == "“养老优待”一类 2 件事"
    assert shortened(f"{theme}、丙、丁") == "“养老优待”一类、丙等 4 件事"
