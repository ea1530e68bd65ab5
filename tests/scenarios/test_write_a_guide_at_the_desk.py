"""A guide at the desk: drawn, proved, tried, changed page by page, and published by somebody else than its author."""

import re
from collections.abc import AsyncIterator
from html import unescape

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio

from backend.core.db import connect
from backend.settings import Settings
from tests.demo import load_demo
from tests.scenarios.test_guide_pages import ELDER, heading
from tests.web import Site, running

DESK = "/desk/scenarios/家里老人满八十"


@pytest_asyncio.fixture
async def site(settings: Settings) -> AsyncIterator[Site]:
    await load_demo(settings)
    owner = await connect(settings.login("owner"))
    await _two_officers(owner)
    await owner.close()
    async with running(msgspec.structs.replace(settings, demo=True)) as site:
        yield site


async def _two_officers(owner: asyncpg.Connection) -> None:
    """One who writes guides, one who checks them."""
    officers = [
        row["handle"] for row in await owner.fetch("SELECT handle FROM accounts WHERE kind = 'officer' ORDER BY handle")
    ]
    for handle, role in (("editor", "editor"), ("checker", "checker")):
        await owner.execute("UPDATE accounts SET handle = $2 WHERE handle = $1", officers.pop(), handle)
        await owner.execute(
            "DELETE FROM officer_roles WHERE account_id = (SELECT id FROM accounts WHERE handle = $1)", handle
        )
        await owner.execute(
            """INSERT INTO officer_roles (account_id, department_id, role, valid_from)
               SELECT a.id, d.id, $2, '2020-01-01' FROM accounts a, (SELECT id FROM departments LIMIT 1) d WHERE a.handle = $1""",
            handle,
            role,
        )


def revision(html: str) -> str:
    return re.findall(r'name="revision" value="(\d+)"', html)[0]


async def change(editor: httpx.AsyncClient, part: str, **fields: str) -> httpx.Response:
    """The page's form with some fields changed, sent as a browser would."""
    page = (await editor.get(f"{DESK}/draft/{part}")).text
    sent = {name: unescape(value) for name, value in re.findall(r'<input[^>]*\bname="([^"]+)"[^>]*\bvalue="([^"]*)"', page)
            if "checkbox" not in name}  # fmt: skip
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.S):
        sent[name] = unescape(body).strip("\n")
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        sent[name] = unescape(chosen[1]) if chosen else ""
    if 'name="force" value="yes" checked' not in page:
        sent.pop("force", None)
    sent.pop("otherwise", None)
    return await editor.post(f"{DESK}/draft/{part}", data={**sent, **fields})


async def test_a_guide_is_shown_with_its_picture_its_proof_and_a_panel_to_try_it(site: Site) -> None:
    editor = await site.person("editor")
    page = await editor.get(DESK)
    assert "每条路都走得通" in page.text
    assert (await editor.get(f"{DESK}/drawing.svg")).text.startswith("<svg")
    assert (await editor.get(f"{DESK}/drawing.mmd")).text.startswith("flowchart")
    assert (await editor.get(f"{DESK}/guide.yaml")).text.startswith("title: ")
    tried = await editor.get(DESK, params={"try.elder.age": "80–89", "try.elder.household": "460100"})
    trace = unescape(tried.text.split("哪个条件决定了什么")[1])
    assert re.search(r"成立.{0,200}年满 80 周岁", trace, re.S)
    assert re.search(r"还不知道.{0,200}没有重复领取", trace, re.S)


async def test_what_one_writes_another_publishes_and_everybody_reads(site: Site) -> None:
    editor, checker = await site.person("editor"), await site.person("checker")
    assert (await editor.post(f"{DESK}/draft")).status_code == 303
    assert (await change(editor, "q0", text="老人今年几岁？")).status_code == 303
    assert heading((await site.stranger().get(ELDER)).text) == "老人多大年纪了？", "not yet"
    page = (await editor.get(DESK)).text
    assert (await editor.post(f"{DESK}/moves", data={"move": "publish", "revision": revision(page)})).status_code == 404
    answer = await editor.post(f"{DESK}/moves", data={"move": "submit", "revision": revision(page)})
    assert answer.status_code == 303, answer.text
    page = (await checker.get(DESK)).text
    assert (
        await checker.post(f"{DESK}/moves", data={"move": "send_back", "revision": revision(page)})
    ).status_code == 422
    answer = await checker.post(f"{DESK}/moves", data={"move": "publish", "revision": revision(page)})
    assert answer.status_code == 303, answer.text
    assert heading((await site.stranger().get(ELDER)).text) == "老人今年几岁？"
    assert "第 1 版" in (await editor.get(DESK)).text


async def test_a_condition_is_changed_row_by_row_and_saved_whole(site: Site) -> None:
    editor = await site.person("editor")
    await editor.post(f"{DESK}/draft")
    page = (await editor.get(f"{DESK}/draft/r2")).text
    assert "年满 80 周岁" in page
    answer = await change(editor, "r2", **{"when.0.value": "85", "when.0.say": "年满 85 周岁"})
    assert answer.status_code == 303, answer.text[-3000:]
    assert "年满 85 周岁" in (await editor.get(f"{DESK}/guide.yaml")).text
    shown = await change(editor, "r2", do="add:when")
    assert shown.status_code == 200
    assert "年满 85 周岁" in shown.text
    assert shown.text.count("rule-line") > page.count("rule-line")


async def test_a_guide_that_does_not_hold_is_not_handed_on_and_says_where(site: Site) -> None:
    editor = await site.person("editor")
    await editor.post(f"{DESK}/draft")
    await change(editor, "q0", options="不到60\n60–84\n85以上")
    page = await editor.get(DESK)
    assert "定不下来" in page.text
    answer = await editor.post(f"{DESK}/moves", data={"move": "submit", "revision": revision(page.text)})
    assert answer.status_code == 422
    assert "elder.age=60–84" in unescape(answer.text)


async def test_two_editors_do_not_write_over_each_other(site: Site) -> None:
    editor = await site.person("editor")
    await editor.post(f"{DESK}/draft")
    seen = revision((await editor.get(DESK)).text)
    await change(editor, "basics", summary="新的说明")
    answer = await editor.post(f"{DESK}/draft/basics", data={"title": "别的", "summary": "旧的", "revision": seen})
    assert answer.status_code == 422
    assert "刚才有人动过" in answer.text
    assert 'value="旧的"' in answer.text


async def test_questions_and_results_are_added_moved_and_taken_out(site: Site) -> None:
    editor = await site.person("editor")
    await editor.post(f"{DESK}/draft")
    for do, order in (("add:q", 6), ("up:q5", 6), ("remove:q4", 5)):
        seen = revision((await editor.get(DESK)).text)
        assert (await editor.post(f"{DESK}/rows", data={"do": do, "revision": seen})).status_code == 303
        assert (await editor.get(f"{DESK}/guide.yaml")).text.count("- ask:") == order


async def test_a_new_guide_begins_small_and_holds(site: Site) -> None:
    editor = await site.person("editor")
    answer = await editor.post("/desk/scenarios", data={"title": "搬家"})
    page = await editor.get(answer.headers["location"])
    assert "每条路都走得通" in page.text
    assert (await editor.post("/desk/scenarios", data={"title": "<b>"})).status_code == 422
    assert (await editor.post("/desk/scenarios", data={"title": "租房"})).status_code == 422


@pytest.mark.parametrize("path", ["", "/drawing.svg", "/guide.yaml", "/draft/q0"])
async def test_only_those_who_write_or_check_guides_come_in(site: Site, path: str) -> None:
    father = await site.person("father")
    assert (await father.get(f"{DESK}{path}")).status_code == 404
    assert (await site.stranger().get(f"{DESK}{path}")).status_code == 303
