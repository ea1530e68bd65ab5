"""An office words its documents: one writes, another checks, then they are used; what the law wants said cannot be left out."""

import httpx
import pytest
import pytest_asyncio
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.catalogue.pack_read import STARTER, read_pack
from backend.core.db import Tx, connect
from backend.documents.kinds import KINDS, LISTS, PLACEHOLDERS, TABLE
from backend.documents.rules import NAMED, Part, filled, wrong_with
from backend.documents.wordings import read_words, word_faults
from tests.cases.town import DEPARTMENT, START
from tests.documents.conftest import Office, opened, words_of
from tests.web import Site

AT = f"/desk/documents/{DEPARTMENT}/refusal"
BODY = "您申请的“{事项名称}”不予批准。\n理由：{理由}。\n{救济途径}\n本局另有说明。"


@pytest_asyncio.fixture(scope="module")
async def writers(shared_office: Office) -> None:
    """An editor, and one who checks and writes too."""
    owner = await connect(shared_office.town.settings.login("owner"))
    for handle, roles in (("writes", ("editor",)), ("checks", ("checker", "editor"))):
        account = NewAccount(kind="officer", handle=handle, name=handle, roles={DEPARTMENT: roles})
        async with owner.transaction():
            await owner.execute("SELECT set_config('app.now', $1, true)", START.isoformat())
            await open_account(Tx(owner, shared_office.town.vault, shared_office.town.now), account)
    await owner.close()


pytestmark = pytest.mark.usefixtures("writers")


async def written(client: httpx.AsyncClient, revision: int, body: str = BODY, title: str = "不予许可决定书") -> int:
    answer = await client.post(AT, data={"revision": str(revision), "title": title, "body": body})
    return answer.status_code


async def stepped(client: httpx.AsyncClient, step: str, revision: int) -> int:
    return (await client.post(f"{AT}/steps", data={"step": step, "revision": str(revision)})).status_code


async def test_what_one_wrote_and_another_checked_is_what_documents_say_from_then_on(
    office: Office, site: Site
) -> None:
    before = await office.made(await refused(office))
    writes, checks = await site.person("writes"), await site.person("checks")
    assert "没有自己写的" in (await writes.get("/desk/documents")).text
    assert await written(writes, 0) == 303
    assert await stepped(writes, "check", 1) == 403, "no checker"
    assert await stepped(checks, "publish", 1) == 409, "not checked yet"
    assert await stepped(checks, "check", 0) == 409, "another page"
    assert await stepped(checks, "check", 1) == 303
    assert await stepped(writes, "publish", 2) == 303
    after = await office.made(await refused(office))
    assert (before["refusal"]["title"], after["refusal"]["title"]) == ("不予批准决定书", "不予许可决定书")
    father = await site.person("father")
    assert "本局另有说明" in words_of(await opened(father, after["refusal"]["id"]))
    assert "本局另有说明" not in words_of(await opened(father, before["refusal"]["id"]))
    page = (await writes.get(AT)).text
    assert "本部门第 1 版" in page
    assert "以前的版本" in page


async def refused(office: Office):  # type: ignore[no-untyped-def]
    case = await office.town.moved(await office.town.filed(), "officer", "accepted")
    return await office.town.moved(case, "officer", "refused", reason="不符合")


async def test_nobody_checks_what_she_wrote_in_herself(site: Site) -> None:
    writes, checks = await site.person("writes"), await site.person("checks")
    revision = 0
    assert await written(writes, revision) == 303
    assert await written(checks, revision + 1, BODY + "\n再加一句。") == 303
    assert await stepped(checks, "check", revision + 2) == 403
    assert await written(writes, 99) == 409, "another page; what she wrote is on it"


async def test_remedies_and_reasons_cannot_be_edited_out(site: Site) -> None:
    writes, checks = await site.person("writes"), await site.person("checks")
    at = f"/desk/documents/{DEPARTMENT}/non_acceptance"
    bare = {"revision": "0", "title": "不予受理决定书", "body": "您申请的“{事项名称}”不予受理。{谁知道}"}
    assert (await writes.post(at, data=bare)).status_code == 303, "unfinished words may be kept"
    page = (await writes.get(at)).text
    for said in ("依法必须写明“{理由}”", "依法必须写明“{救济途径}”", "没有“{谁知道}”这个占位符"):
        assert said in page
    answer = await checks.post(f"{at}/steps", data={"step": "check", "revision": "1"})
    assert answer.status_code == 422
    assert "依法必须写明" in answer.text


async def test_the_sample_is_a_paper_with_invented_people(site: Site) -> None:
    answer = await (await site.person("writes")).get(f"{AT}/preview")
    assert answer.headers["content-type"] == "application/pdf"
    words = words_of(answer.content)
    assert "样张" in words
    assert "张三：" in words


async def test_who_has_no_part_in_it_finds_nothing(site: Site) -> None:
    for handle in ("officer", "foreign", "father"):
        assert (await (await site.person(handle)).get(AT)).status_code == 404, handle
    writes = await site.person("writes")
    assert (await writes.get("/desk/documents/住房局/refusal")).status_code == 404
    assert (await writes.get(f"/desk/documents/{DEPARTMENT}/nonsense")).status_code == 404


def test_the_starter_city_words_every_kind_and_every_wording_passes() -> None:
    pack = read_pack()
    assert list(word_faults(pack)) == []
    words = read_words(pack)
    assert words is not None
    assert set(words.wordings) == set(KINDS)


def test_a_city_that_leaves_something_out_is_told_what() -> None:
    import msgspec

    raw = yaml.safe_load((STARTER / "documents.yaml").read_text("utf-8"))
    raw["remedies"] = "没有办法。"
    del raw["wordings"]["receipt"]
    raw["wordings"]["refusal"]["body"] = "不予批准“{事项名称}”。"
    faults = [str(fault) for fault in word_faults(msgspec.structs.replace(read_pack(), documents=raw))]
    assert len(faults) == 5
    assert any("行政复议" in fault for fault in faults)
    assert any("receipt: 缺少这种文书的文字" in fault for fault in faults)
    assert any("refusal.body: 依法必须写明“{救济途径}”" in fault for fault in faults)


words = st.text(
    st.characters(blacklist_characters="{}\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", codec="utf-8"), max_size=12
)
names = st.sampled_from(sorted(PLACEHOLDERS))
lines = st.lists(st.one_of(words, names.map("{{{}}}".format)), max_size=4).map("".join)


@given(st.lists(lines, max_size=6).map("\n".join), st.dictionaries(names, words.filter(bool)))
def test_no_brace_is_ever_printed_and_nothing_known_is_lost(body: str, values: dict[str, str]) -> None:
    for part in filled(body, {name: said for name, said in values.items() if name not in LISTS}):
        assert "{" not in part.text
    whole = [
        line for line in body.splitlines() if line.strip() and all(values.get(name) for name in NAMED.findall(line))
    ]
    if not LISTS & set(NAMED.findall(body)):
        assert len(filled(body, values)) == len(whole)


@given(st.sampled_from(TABLE), st.lists(lines, max_size=8).map("\n".join))
def test_what_passes_says_everything_required_even_when_nothing_else_is_known(kind, body: str) -> None:  # type: ignore[no-untyped-def]
    if wrong_with(kind, "标题", body):
        return
    required = ("事项名称", *kind.needs)
    values = {
        name: ["一"] if name in LISTS else f"<{name}>"
        for name in (*required, "申请人", "办件编号", "部门", "收件日期", "文书日期", "救济途径")
    }
    said = filled(body, values)
    for name in required:
        assert Part(items=("一",)) in said if name in LISTS else any(f"<{name}>" in part.text for part in said)
