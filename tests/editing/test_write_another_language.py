"""An item is read in another language: as the pack says it, as an editor wrote it beside the Chinese, and found by it."""

import re

from tests.editing.desk import DESK, OLD, Trio
from tests.forms import form_with
from tests.tongues import left_over
from tests.web import Site

PAGE = f"{DESK}/languages"
ENGLISH = {"Accept-Language": "en"}


async def test_an_editor_writes_english_and_whoever_reads_english_reads_it(site: Site, trio: Trio):
    stranger = site.stranger()
    assert "Longevity allowance for older people" in (await stranger.get(f"/items/{OLD}", headers=ENGLISH)).text
    page = (await trio.editor.get(PAGE)).text
    field = re.search(r'name="(said-\d+)"[^>]*value="Longevity allowance for older people"', page)
    assert field
    data = dict(form_with(page, PAGE))
    data[field[1]] = "Long life allowance"
    answer = await trio.editor.post(PAGE, data=data)
    assert answer.status_code == 303
    assert "Long life allowance" in (await stranger.get(f"/items/{OLD}", headers=ENGLISH)).text
    data[field[1]] = ""
    await trio.editor.post(PAGE, data=data)
    assert "Longevity allowance for older people" in (await stranger.get(f"/items/{OLD}", headers=ENGLISH)).text


async def test_only_an_editor_writes(trio: Trio):
    data = dict(form_with((await trio.editor.get(PAGE)).text, PAGE))
    assert (await trio.checker.post(PAGE, data=data)).status_code == 404


async def test_an_item_in_english_and_in_traditional_characters_is_wholly_so(site: Site):
    for accept, tag in (("en", "en"), ("zh-TW", "zh-Hant")):
        answer = await site.stranger().get(f"/items/{OLD}", headers={"Accept-Language": accept})
        assert answer.headers["content-language"] == tag
        assert "Accept-Language" in answer.headers["vary"]
        assert not left_over(answer.text, tag)


async def test_what_is_asked_in_english_finds_items_by_their_english_names(site: Site):
    stranger = site.stranger()
    for asked, found in (
        ("passport", "Appointment for a passport"),
        ("how do I renew my driving license", "Renewing or replacing a driving licence"),
        ("ID card", "Renewing or replacing an identity card"),
        ("longevity allowance", "Longevity allowance for older people"),
    ):
        answer = await stranger.get("/api/v1/items", params={"q": asked}, headers=ENGLISH)
        assert answer.json()["items"][0]["name"] == found
        assert answer.headers["content-language"] == "en"
    assert "Appointment for a passport" in (await stranger.get("/search?q=passport", headers=ENGLISH)).text


async def test_a_guide_is_asked_in_the_callers_language_and_answers_stay_what_they_are(site: Site):
    step = await site.stranger().get("/api/v1/scenarios/家里老人满八十/step", headers=ENGLISH)
    following = step.json()["next"]
    assert following["text"] == "How old is the person?"
    assert following["id"] == "elder.age"
