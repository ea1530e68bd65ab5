"""An editor brings a table over the web: it is read, told, and brought in whole or not at all; an item is made of a guide."""

import csv
import io
import re

import asyncpg
import httpx
import pytest

from backend.core.crypto import Vault
from backend.core.db import open_pool
from backend.core.jobs import Work
from backend.editing import actions_import
from backend.settings import Settings
from tests.editing.desk import Trio
from tests.web import Site

HEAD = [
    "实施编码",
    "事项名称",
    "实施主体",
    "区划代码",
    "事项类型",
    "服务对象",
    "承诺办结时限",
    "申请材料",
    "法定办结时限",
]
ROW = ["11460100MB0000000014601010010A1", "演示摆摊备案", "演示局", "460100", "10", "1", "3", "居民身份证", "20"]
IMPORT = "/desk/items/import"


def table(*rows: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    return text.getvalue().encode()


async def sent(editor: httpx.AsyncClient, content: bytes, name: str = "摆摊.csv", **more: str) -> str:
    """Where the browser is led."""
    answer = await editor.post(IMPORT, files={"table": (name, content)}, data={"department": "民政局", **more})
    assert answer.status_code == 303, answer.text[:800]
    return answer.headers["location"]


@pytest.fixture
async def work(settings: Settings, site: Site):
    pool = await open_pool(settings.login("worker"))
    yield Work(pool, Vault(settings.master_key or ""), settings, site.clock)
    await pool.close()


async def done(work: Work, path: str) -> None:
    """What the worker does as soon as it is asked."""
    number = await work.pool.fetchval("SELECT id FROM catalogue_imports WHERE id::text = $1", path.rpartition("/")[2])
    await actions_import.read_in(work, number)
    await actions_import.bring_in(work, number)


async def bring(trio: Trio, work: Work, content: bytes, **more: str) -> str:
    path = await sent(trio.editor, content, **more)
    await done(work, path)
    for officer in (trio.editor, trio.checker):
        await officer.post(f"{path}/decision", data={"answer": "bring"})
    await done(work, path)
    return path


async def found(editor: httpx.AsyncClient, words: str) -> str:
    return (await editor.get("/items/" + words)).text


async def test_what_a_table_would_change_is_told_before_anything_changes(trio: Trio, work: Work):
    path = await sent(trio.editor, table(ROW))
    assert "正在读文件" in (await trio.editor.get(path)).text
    await done(work, path)
    page = (await trio.editor.get(path)).text
    assert "等您决定" in page
    assert re.search(r"新增.{0,80}1 项", page, re.S)
    assert (await trio.editor.get(f"/items/{ROW[0]}")).status_code == 404
    for officer in (trio.editor, trio.checker):
        await officer.post(f"{path}/decision", data={"answer": "bring"})
    await done(work, path)
    assert "导入好了" in (await trio.editor.get(path)).text
    assert "只能看" in await found(trio.editor, ROW[0])


async def test_every_odd_row_is_told_with_row_and_column_and_can_be_downloaded(trio: Trio, work: Work):
    path = await sent(trio.editor, table(ROW, ["DEMO-2", "=1+1", *ROW[2:]], ["DEMO-3", ""]))
    await done(work, path)
    page = (await trio.editor.get(path)).text
    assert "是公式，请粘贴成值" in page
    assert "第 3 行" in page
    answer = await trio.editor.get(f"{path}/report.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["行"] for row in rows if row["处理"] == "没有导入"] == ["3", "4"]
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x00\x01\x02", "认不出这种文件"),
        (table(ROW)[:60] + b"\xff\xfe\xff", "整个文件都没有导入"),
        (b"PK\x03\x04 no workbook", "不是完整的 XLSX"),
    ],
)
async def test_a_file_that_is_no_table_is_refused_in_a_sentence(trio: Trio, work: Work, content: bytes, said: str):
    path = await sent(trio.editor, content)
    await done(work, path)
    page = (await trio.editor.get(path)).text
    assert said in page
    assert "什么也没有改" in page


async def test_no_file_and_an_empty_one_are_refused_beside_the_field(trio: Trio):
    for files in ({"table": ("", b"")}, {"table": ("leer.csv", b"")}):
        answer = await trio.editor.post(IMPORT, files=files, data={"source": "叫这个"})
        assert answer.status_code == 422
        assert "请选一个有内容的文件" in answer.text
        assert "叫这个" in answer.text


async def test_whoever_only_checks_reads_along_and_brings_no_table(trio: Trio, work: Work, daughter: httpx.AsyncClient):
    path = await sent(trio.editor, table(ROW))
    for officer in (trio.checker, trio.legal):
        for address in (IMPORT, path, f"{path}/report.csv"):
            assert (await officer.get(address)).status_code == 200
        answer = await officer.post(IMPORT, files={"table": ("x.csv", table(ROW))}, data={"department": "民政局"})
        assert answer.status_code == 404
        assert (await officer.post(f"{path}/again")).status_code == 404
    assert (await daughter.get(path)).status_code == 404


async def test_a_second_person_lets_it_in_and_never_who_brought_it(trio: Trio, work: Work, settings: Settings):
    path = await sent(trio.editor, table(ROW))
    await done(work, path)
    await trio.editor.post(f"{path}/decision", data={"answer": "bring"})
    assert "等另一位核对" in (await trio.editor.get(path)).text
    assert (await trio.editor.post(f"{path}/decision", data={"answer": "bring"})).status_code == 404
    await done(work, path)
    assert (await trio.editor.get(f"/items/{ROW[0]}")).status_code == 404
    owner = await asyncpg.connect(settings.login("owner").dsn)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE catalogue_imports SET state = 'bringing', let_by = actor_id")
    await owner.close()
    assert "核对无误，导入" in (await trio.legal.get(path)).text
    await trio.legal.post(f"{path}/decision", data={"answer": "bring"})
    await done(work, path)
    assert "导入好了" in (await trio.legal.get(path)).text


async def test_a_table_the_worker_gave_up_says_so_and_is_tried_again(trio: Trio, work: Work):
    path = await sent(trio.editor, table(ROW))
    await work.pool.execute("UPDATE pgqueuer SET attempts = 2 WHERE entrypoint = 'read_import'")
    assert "过一会儿自己再试" in (await trio.editor.get(path)).text
    await work.pool.execute("UPDATE pgqueuer SET status = 'failed' WHERE entrypoint = 'read_import'")
    page = (await trio.editor.get(path)).text
    assert "文件没有读成" in page
    assert "再试一次" in page
    for _press in range(2):
        await trio.editor.post(f"{path}/again")
    waiting = "SELECT count(*) FROM pgqueuer WHERE entrypoint = 'read_import' AND status = 'queued'"
    assert await work.pool.fetchval(waiting) == 1, "pressing twice asks once"
    assert "文件没有读成" not in (await trio.editor.get(path)).text
    await done(work, path)
    assert "等您决定" in (await trio.editor.get(path)).text


async def test_who_says_no_changes_nothing_and_the_file_is_forgotten(trio: Trio, work: Work):
    path = await sent(trio.editor, table(ROW))
    await done(work, path)
    await trio.editor.post(f"{path}/decision", data={"answer": "drop"})
    await trio.editor.post(f"{path}/decision", data={"answer": "bring"})  # too late
    await done(work, path)
    assert "没有导入，什么也没有改" in (await trio.editor.get(path)).text
    assert await work.pool.fetchval("SELECT count(*) FROM catalogue_imports WHERE content IS NOT NULL") == 0
    assert (await trio.editor.get(f"/items/{ROW[0]}")).status_code == 404


async def test_the_same_table_again_has_nothing_to_bring_in(trio: Trio, work: Work):
    await bring(trio, work, table(ROW))
    path = await sent(trio.editor, table(ROW))
    await done(work, path)
    assert "和目录里的一样，没有要导入的" in (await trio.editor.get(path)).text


async def test_an_item_is_written_out_of_a_guide_and_keeps_its_code(trio: Trio, work: Work):
    path = await bring(trio, work, table(ROW))
    assert "照它写" in (await trio.editor.get(path)).text
    answer = await trio.editor.post("/desk/items", data={"department": "民政局", "guide": ROW[0]})
    assert answer.headers["location"] == f"/desk/items/{ROW[0]}/draft/basics"
    page = (await trio.editor.get(f"/desk/items/{ROW[0]}/draft/limits")).text
    assert re.search(r'name="limits.promised"[^>]*value="3"', page)
    assert re.search(r'"limits.statutory"[^>]*value="20"', page)
    assert "居民身份证" in (await trio.editor.get(f"/desk/items/{ROW[0]}/draft/materials")).text
    assert "演示摆摊备案" in (await trio.editor.get("/desk/items")).text
    assert "只能看" in await found(trio.editor, ROW[0]), "the guide stays until the item is published"
    assert "有一稿在写" in (await trio.editor.get(path)).text


async def test_a_guide_that_is_being_made_an_item_is_still_kept_up_to_date(trio: Trio, work: Work):
    await bring(trio, work, table(ROW), source="摆摊")
    await trio.editor.post("/desk/items", data={"department": "民政局", "guide": ROW[0]})
    await bring(trio, work, table([*ROW[:6], "2", *ROW[7:]]), source="摆摊")
    assert "2 个工作日" in await found(trio.editor, ROW[0])


async def test_the_database_lets_nobody_bring_in_without_reading_first(trio: Trio, work: Work, settings: Settings):
    path = await sent(trio.editor, table(ROW))
    web = await asyncpg.connect(settings.login("web").dsn)
    answer = await trio.editor.post(f"{path}/decision", data={"answer": "bring"})
    assert answer.status_code == 303
    assert "正在读" in (await trio.editor.get(path)).text
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await web.execute("UPDATE catalogue_imports SET counts = '{}'")
    await web.close()


async def test_a_list_with_a_name_of_its_own_is_found_again_by_it(trio: Trio, work: Work):
    lines = "dept\tname\tarea_code\titem_code\ttask_type\n区演示局\t演示老人活动\t460105000000\tDEMO-0001-460105\t20\n"
    path = await bring(trio, work, lines.encode())
    page = (await trio.editor.get(path)).text
    assert "表名：qianfeng" in page
    assert "演示老人活动" in page
