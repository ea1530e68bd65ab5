"""Offices, telephones, questions and materials are changed at the desk; what published items are made of needs a review."""

import re
from urllib.parse import quote

import asyncpg
import httpx
import pytest

from backend.catalogue.actions import load_pack
from backend.catalogue.model import Item
from backend.catalogue.pack_read import build, read_folder
from backend.catalogue.pack_words import Word, replayed, with_word, words_in
from backend.catalogue.pack_write import published_raw
from backend.catalogue.queries import published
from backend.core.crypto import Vault
from backend.core.db import connect, open_pool
from backend.core.jobs import Work
from backend.editing import actions_words, word_data
from backend.editing.filled import filled_of
from backend.editing.reading import read
from backend.editing.routes_words import NO_RULES
from backend.editing.word_fields import SPECS
from backend.settings import Settings
from tests.demo import HAIKOU
from tests.editing.desk import Trio, changed, write
from tests.forms import form_with
from tests.web import Site

HALL = "/desk/words/office/hall"
NAME = "/desk/words/element/person.name"


@pytest.fixture
async def work(settings: Settings, site: Site):
    pool = await open_pool(settings.login("worker"))
    yield Work(pool, Vault(settings.master_key or ""), settings, site.clock)
    await pool.close()


@pytest.fixture
async def owner(settings: Settings, site: Site):
    db = await connect(settings.login("owner"))
    await db.execute("SELECT set_config('app.now', $1, false)", site.clock().isoformat())
    yield db
    await db.close()


async def put_in_force(work: Work) -> None:
    """What the worker does as soon as it is asked."""
    for row in await work.pool.fetch("SELECT id FROM word_changes WHERE state = 'published' ORDER BY published_at"):
        await actions_words.put_in_force(work, row["id"])


async def begin(editor: httpx.AsyncClient, path: str) -> None:
    answer = await editor.post(f"{path}/change")
    assert answer.status_code == 303, answer.text[:500]


async def sent(editor: httpx.AsyncClient, path: str, **new: str | None) -> httpx.Response:
    """The page's own form, with something changed."""
    fields = changed(form_with((await editor.get(path)).text, path), **new)
    return await editor.post(path, data={name: [v for n, v in fields if n == name] for name, _ in fields})


async def step(officer: httpx.AsyncClient, path: str, name: str, **said: str) -> httpx.Response:
    page = (await officer.get(path)).text
    for form in re.findall(r'<form class="move.*?</form>', page, re.S):
        if f'name="move" value="{name}"' in form:
            hidden = dict(re.findall(r'name="(revision|move)" value="([^"]*)"', form))
            return await officer.post(f"{path}/moves", data=hidden | said)
    raise AssertionError(f"{name} is not offered")


async def go(path: str, *steps: tuple[httpx.AsyncClient, str]) -> None:
    for officer, name in steps:
        answer = await step(officer, path, name)
        assert answer.status_code == 303, answer.text[:3000]


async def test_new_hours_are_on_every_page_when_somebody_else_has_looked(trio: Trio, work: Work):
    await begin(trio.editor, HALL)
    assert (await sent(trio.editor, HALL, opens="工作日 9:00 至 17:00")).status_code == 303
    assert "原来" in (await trio.checker.get(HALL)).text
    await go(HALL, (trio.editor, "sent"), (trio.checker, "checked"), (trio.editor, "published"))
    await put_in_force(work)
    assert "工作日 9:00 至 17:00" in (await trio.editor.get("/items/460100-MZ-001")).text


async def test_what_an_item_is_made_of_needs_a_legal_review_and_makes_a_new_version(trio: Trio, work: Work, owner):
    before = (await published(owner)).versions["460100-MZ-001"]
    await begin(trio.editor, NAME)
    assert (await sent(trio.editor, NAME, help="和身份证上的一样")).status_code == 303
    await go(NAME, (trio.editor, "sent"), (trio.checker, "checked"))
    with pytest.raises(AssertionError, match="published is not offered"):
        await step(trio.editor, NAME, "published")
    await go(NAME, (trio.legal, "reviewed"), (trio.editor, "published"))
    await put_in_force(work)
    now = await published(owner)
    assert now.versions["460100-MZ-001"] == before + 1
    assert now.pack.elements["person.name"].help == "和身份证上的一样"
    review = await owner.fetchval(
        "SELECT review FROM item_versions WHERE (code, version) = ($1, $2)", "460100-MZ-001", before + 1
    )
    assert review["by"] not in ("", "演示法核")
    assert "改了说法" in (await trio.editor.get("/desk/items/460100-MZ-001")).text


async def test_the_database_itself_asks_for_the_review(trio: Trio, settings: Settings, owner):
    await begin(trio.editor, NAME)
    await go(NAME, (trio.editor, "sent"), (trio.checker, "checked"))
    editor = await owner.fetchval("SELECT authors[1] FROM word_changes")
    await owner.execute("SELECT set_config('app.viewer', $1, false)", str(editor))
    with pytest.raises(asyncpg.CheckViolationError, match="needs a legal review"):
        await owner.execute("UPDATE word_changes SET state = 'published', revision = revision + 1")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.execute("UPDATE word_changes SET state = 'reviewed', revision = revision + 1")


async def test_a_change_that_breaks_an_item_is_told_and_not_sent(trio: Trio):
    await begin(trio.editor, HALL)
    assert (await sent(trio.editor, HALL, opens="早上")).status_code == 303
    answer = await step(trio.editor, HALL, "sent")
    assert answer.status_code == 422
    assert "“高龄老人长寿补贴”：" in answer.text
    assert "草稿" in (await trio.checker.get(HALL)).text


async def test_a_new_question_and_a_new_material_can_be_asked_by_an_item(trio: Trio, work: Work):
    for kind, label in (("element", "养了几只猫"), ("material", "猫的照片")):
        answer = await trio.editor.post(
            "/desk/words", data={"kind": kind, "about": "person", "field": "cats", "label": label}
        )
        path = answer.headers["location"]
        more = {"topic": "家里", "type": "number"} if kind == "element" else {"satisfied_by__0__file__pages": "2"}
        saved = await sent(trio.editor, path, **more)
        assert saved.status_code == 303, saved.text[:3000]
        await go(path, (trio.editor, "sent"), (trio.checker, "checked"), (trio.editor, "published"))
    await put_in_force(work)
    code = "460100-MZ-001"
    await trio.editor.post(f"/desk/items/{code}/draft")
    form = form_with((await trio.editor.get(f"/desk/items/{code}/draft/asks")).text, f"/desk/items/{code}/draft/asks")
    page = await trio.editor.post(
        f"/desk/items/{code}/draft/asks",
        data={**dict(form), "asks.new": "applicant.cats", "do": "add:asks"},
    )
    assert "养了几只猫" in page.text
    assert "猫的照片" in (await trio.editor.get(f"/desk/items/{code}/draft/materials")).text


async def test_what_cannot_be_is_said_beside_the_field_and_nothing_typed_is_lost(trio: Trio):
    await begin(trio.editor, NAME)
    answer = await sent(trio.editor, NAME, label="", help="还在")
    assert answer.status_code == 422
    assert "这里还没有填" in answer.text
    assert "还在" in answer.text
    for body in ({"kind": "element", "about": "person", "field": "Große Katze", "label": ""}, {"kind": "element"}):
        refused = await trio.editor.post("/desk/words", data=body)
        assert refused.status_code == 422
        assert "代号只用小写字母" in refused.text
    assert (await trio.editor.post("/desk/words", data={"kind": "law"})).status_code == 404


async def test_who_writes_for_two_departments_works_on_a_word_where_it_belongs(trio: Trio, owner):
    await owner.execute(
        """INSERT INTO officer_roles (account_id, department_id, role, valid_from)
           SELECT id, '人力资源和社会保障局', 'editor', '2026-01-01' FROM accounts WHERE handle = 'officer-editor'"""
    )
    pack = (await published(owner)).pack
    for kind, words, used in (("element", pack.elements, "asks"), ("department", pack.departments, "")):
        homes = {code: {one.department for one in pack.items.values() if code in made_of(one, used)} for code in words}
        code = next(code for code, departments in homes.items() if departments == {"民政局"})
        path = f"/desk/words/{kind}/{quote(code)}"
        await begin(trio.editor, path)
        assert (await sent(trio.editor, path)).status_code == 303
        assert (await step(trio.editor, path, "sent")).status_code == 303
    assert {row[0] for row in await owner.fetch("SELECT department_id FROM word_changes")} == {"民政局"}
    assert 'name="department"' in (await trio.editor.get("/desk/words?kind=element")).text
    new = {"kind": "element", "about": "person", "field": "cats", "label": "养了几只猫", "department": "民政局"}
    assert (await trio.editor.post("/desk/words", data=new)).status_code == 303
    assert await owner.fetchval("SELECT department_id FROM word_changes WHERE code = 'person.cats'") == "民政局"
    assert (
        await trio.editor.post("/desk/words", data={**new, "field": "dogs", "department": "公安局"})
    ).status_code == 404


def made_of(item: Item, used: str) -> set[str]:
    return {item.element_of(ask.fact) for ask in item.asks} if used else {item.department}


async def test_who_has_no_part_in_a_catalogue_finds_nothing(site: Site):
    stranger = await site.person("daughter")
    for path in ("/desk/words", HALL):
        assert (await stranger.get(path)).status_code == 404


async def test_an_older_pack_does_not_take_back_what_the_desk_made_of_a_word(trio: Trio, work: Work, owner):
    await begin(trio.editor, NAME)
    await sent(trio.editor, NAME, help="和身份证上的一样")
    await go(
        NAME, (trio.editor, "sent"), (trio.checker, "checked"), (trio.legal, "reviewed"), (trio.editor, "published")
    )
    await put_in_force(work)
    async with owner.transaction():
        loaded = await load_pack(owner, read_folder(HAIKOU))
    assert not loaded.published
    assert not loaded.unreviewed
    assert (await published(owner)).pack.elements["person.name"].help == "和身份证上的一样"


async def test_what_was_exported_after_a_change_loads_and_changes_nothing(trio: Trio, work: Work, owner):
    await begin(trio.editor, HALL)
    await sent(trio.editor, HALL, address="海口市龙华区演示路 9 号政务服务大厅二楼")
    await go(HALL, (trio.editor, "sent"), (trio.checker, "checked"), (trio.editor, "published"))
    await put_in_force(work)
    raw = await published_raw(owner)
    assert build(raw).offices["hall"].address.endswith("9 号政务服务大厅二楼")
    async with owner.transaction():
        loaded = await load_pack(owner, raw)
    assert (loaded.published, loaded.unreviewed, loaded.withdrawn) == ([], [], [])


def test_every_word_of_the_city_goes_through_the_form_unchanged():
    raw = read_folder(HAIKOU)
    lists = word_data.lists_for(build(raw))
    for kind, specs in SPECS.items():
        for code, data in words_in(raw, kind).items():
            filled = filled_of(specs, word_data.whole(kind, code, data), NO_RULES)
            reading = read(specs, filled, NO_RULES, lists)
            assert not reading.problems, (kind, code, reading.problems)
            assert word_data.trimmed(kind, code, data, reading.raw) == data, (kind, code)


def test_a_pack_with_another_text_of_a_word_wins_over_the_desk():
    raw = {"elements": {"person.name": {"label": "姓名"}}}
    word = Word("element", "person.name", {"label": "名字"}, {"label": "全名"})
    assert replayed(raw, [word]) == raw
    older = with_word(raw, "element", "person.name", {"label": "名字"})
    assert replayed(older, [word])["elements"]["person.name"] == {"label": "全名"}


async def test_level_and_paper_of_an_item_are_the_editors_too(trio: Trio):
    await trio.editor.post("/desk/items/460100-MZ-001/draft")
    await write(trio.editor, "ways", level="code", on_paper="以主管部门公布为准")
    page = (await trio.editor.get("/desk/items/460100-MZ-001")).text
    assert "收一个验证码" in page
