"""An item is changed, checked, reviewed by somebody else and published, by forms alone."""

from datetime import timedelta

import httpx

from backend.catalogue.queries import city
from backend.core.db import connect
from tests.editing.desk import DESK, OLD, Trio, all_the_way, begin, changed, opened, send, step, write
from tests.forms import form_with
from tests.orders.shopping import transaction
from tests.web import Site


async def in_force(site: Site, person: httpx.AsyncClient) -> tuple[int, str]:
    """The version of the item in force, and what its summary says."""
    async with transaction(site, person) as tx:
        published = await city(tx.db)
        return published.versions[OLD], published.pack.items[published.titles[OLD]].summary


async def test_a_text_changed_at_the_desk_is_in_force_when_four_people_have_done_their_part(site: Site, trio: Trio):
    before = await in_force(site, trio.editor)
    await begin(trio.editor)
    await write(trio.editor, "basics", summary="八十岁起，每月一份补贴。")
    assert await in_force(site, trio.editor) == before, "a draft is in force"
    await all_the_way(trio)
    assert await in_force(site, trio.editor) == (before[0] + 1, "八十岁起，每月一份补贴。")
    assert "八十岁起，每月一份补贴。" in (await site.stranger().get(f"/items/{OLD}")).text


async def test_what_was_changed_is_told_in_words_beside_what_was(trio: Trio):
    await begin(trio.editor)
    await write(trio.editor, "limits", limits__promised="5", limits__basis="以主管部门公布为准")
    page = (await trio.editor.get(DESK)).text
    assert "时限：承诺时限" in page
    assert "<td>0</td><td>5</td>" in page


async def test_an_error_of_the_rules_stops_the_next_step_and_leads_to_its_field(trio: Trio):
    await begin(trio.editor)
    await write(trio.editor, "limits", limits__promised="5")  # an item done on the spot promises no days
    refused = await step(trio.editor, "sent")
    assert refused.status_code == 422
    assert f'href="{DESK}/draft/basics#case_type"' in refused.text
    assert 'id="case_type"' in (await trio.editor.get(f"{DESK}/draft/basics")).text
    await write(trio.editor, "limits", limits__promised="0")
    assert (await step(trio.editor, "sent")).status_code == 303


async def test_who_wrote_it_neither_checks_nor_reviews_it(site: Site, settings, trio: Trio):
    owner = await connect(settings.login("owner"))
    await owner.execute(
        """INSERT INTO officer_roles (account_id, department_id, role, valid_from)
           SELECT id, '民政局', role, '2026-01-01' FROM accounts, unnest(ARRAY['checker', 'legal']) AS role WHERE handle = 'officer-editor'"""
    )
    await owner.close()
    await begin(trio.editor)
    await write(trio.editor, "basics", summary="自己写的。")
    await step(trio.editor, "sent")
    page = (await trio.editor.get(DESK)).text
    assert 'value="checked"' not in page
    assert "要由别人核对和法核" in page
    await step(trio.checker, "checked")
    assert 'value="reviewed"' not in (await trio.editor.get(DESK)).text


async def test_a_checker_sends_it_back_with_a_reason_and_the_text_can_be_changed_again(trio: Trio):
    await begin(trio.editor)
    await write(trio.editor, "basics", summary="先这样写。")
    await step(trio.editor, "sent")
    assert (await step(trio.checker, "returned")).status_code == 422, "sent back without a word"
    assert (await step(trio.checker, "returned", reason="说明太短，写清楚给谁。")).status_code == 303
    assert "说明太短，写清楚给谁。" in (await trio.editor.get(DESK)).text
    await write(trio.editor, "basics", summary="给八十岁以上的老人。")


async def test_the_second_of_two_editors_loses_nothing_and_is_told_what_the_first_one_did(site: Site, trio: Trio):
    await begin(trio.editor)
    second = await site.person("officer-editor")
    stale = await opened(second, "basics")
    await write(trio.editor, "basics", summary="先来的。")
    answer = await send(second, "basics", changed(stale, summary="后来的。"))
    assert answer.status_code == 409
    assert "先来的。" in answer.text, "she is not told"
    assert "后来的。" in answer.text, "what she typed is lost"
    again = changed(form(answer.text))
    assert (await send(second, "basics", again)).status_code == 303
    assert "后来的。" in (await trio.editor.get(f"{DESK}/draft/basics")).text


def form(html: str) -> list[tuple[str, str]]:
    return form_with(html, f"{DESK}/draft/basics")


async def test_what_is_published_for_a_later_day_is_in_force_on_that_day_without_anybody(site: Site, trio: Trio):
    version, summary = await in_force(site, trio.editor)
    await begin(trio.editor)
    await write(trio.editor, "basics", summary="下个月起的说法。")
    await all_the_way(trio, first="2026-10-01")
    assert await in_force(site, trio.editor) == (version, summary)
    site.clock.now += timedelta(days=5)
    assert (await in_force(site, trio.editor))[0] == version
    site.clock.now += timedelta(days=1)  # the first of October in Shanghai
    assert await in_force(site, trio.editor) == (version + 1, "下个月起的说法。")


async def test_a_day_in_the_past_is_refused(trio: Trio):
    await begin(trio.editor)
    await write(trio.editor, "basics", summary="补记的。")
    for officer, name in ((trio.editor, "sent"), (trio.checker, "checked"), (trio.legal, "reviewed")):
        await step(officer, name)
    assert (await step(trio.editor, "published", first="2026-09-24")).status_code == 422
    assert (await step(trio.editor, "published", first="gestern")).status_code == 422


async def test_a_new_item_begins_empty_is_told_what_it_lacks_and_nobody_finds_it(site: Site, trio: Trio):
    answer = await trio.editor.post("/desk/items", data={"name": "演示助餐券", "department": "民政局"})
    code = answer.headers["location"].split("/")[3]
    page = (await trio.editor.get(f"/desk/items/{code}")).text
    assert "要写办理流程" in page
    assert (await site.stranger().get(f"/items/{code}")).status_code == 404
    assert (await trio.editor.get(f"/desk/items/{code}/preview")).status_code == 200


async def test_a_copy_of_an_item_is_published_under_a_code_of_its_own(site: Site, trio: Trio):
    answer = await trio.editor.post("/desk/items", data={"name": "演示照护券", "department": "民政局", "like": OLD})
    code = answer.headers["location"].split("/")[3]
    await all_the_way(trio, code)
    assert "演示照护券" in (await site.stranger().get(f"/items/{code}")).text


async def test_a_withdrawn_item_can_be_had_no_more(site: Site, trio: Trio, daughter: httpx.AsyncClient):
    assert (await step(trio.editor, "withdrawn", reason="并入别的事项")).status_code == 303
    assert (await site.stranger().get(f"/items/{OLD}")).status_code == 404
    assert (await daughter.post("/cart/lines", data={"item": OLD})).status_code == 422


async def test_officers_without_a_part_in_the_catalogue_find_nothing(site: Site, trio: Trio):
    await begin(trio.editor)
    for handle in ("officer-civil", "officer-market"):
        officer = await site.person(handle)
        for path in ("/desk/items", DESK, f"{DESK}/draft/basics", f"{DESK}/preview"):
            assert (await officer.get(path)).status_code == 404, (handle, path)
    assert (await trio.editor.get("/desk/items/460100-GA-001")).status_code == 404, "another department's item"
    assert (await trio.checker.get(f"{DESK}/draft/basics")).status_code == 404, "only editors write"
