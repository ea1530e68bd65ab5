"""One tap, and everything the platform holds of her is in one sealed package that only she opens."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import obstore
import pikepdf
import pytest

from backend.rights.exporting import clear_exports, readable
from backend.rights.gathering import SECTIONS, schema
from backend.rights.model import Gathered
from tests.orders.conftest import acting_daughter
from tests.rights.steps import as_owner, packed

SCHEMA = Path(__file__).parents[2] / "docs" / "export.schema.json"


async def opened(person, export):
    answer = await person.post(f"/me/data/exports/{export}/download")
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["cache-control"] == "no-store"
    return zipfile.ZipFile(io.BytesIO(answer.content))


async def test_the_package_holds_what_she_said_filed_handed_in_and_agreed_to(site, father, work):
    package = await opened(father, await packed(site, father, work))
    data = json.loads(package.read("data.json"))
    assert data["account"][0]["name"] == "林长福"
    assert {c["item"] for c in data["cases"]} == {"高龄老人长寿补贴", "护理补贴"}
    assert any(f["label"] == "银行卡号" for case in data["cases"] for f in case["facts"])
    assert [m["side"] for m in data["mandates"]] == ["principal"]
    assert {c["purpose"] for c in data["consents"]} >= {"platform", "sensitive"}
    assert data["register_facts"]
    for file in data["files"]:
        assert package.read(file["path"]).startswith(b"\xff\xd8")
    assert data["files"]


async def test_the_data_are_as_the_schema_says_and_every_section_is_there(site, father, work):
    package = await opened(father, await packed(site, father, work))
    data = json.loads(package.read("data.json"))
    said = schema()["properties"]
    assert set(data) == set(said) == {"format", "made_at", *SECTIONS}
    for name in SECTIONS:
        for row in data[name]:
            assert set(row) == set(said[name]["items"]["required"]), name


def test_the_schema_in_the_docs_is_the_one_of_the_program():
    assert json.loads(SCHEMA.read_text("utf-8")) == json.loads(json.dumps(schema()))


async def test_the_paper_is_a_pdf_for_people_and_says_the_same(site, father, work):
    package = await opened(father, await packed(site, father, work))
    with pikepdf.open(io.BytesIO(package.read("我的资料.pdf"))) as paper:
        assert len(paper.pages) > 1
    data = json.loads(package.read("data.json"))
    sections = {name: data[name] for name in SECTIONS}
    said = str(readable(Gathered(name="林长福", sections=sections, files=[]), site.clock.now))
    for words in ("林长福", "手机号和邮箱", "授权书原文", "13900000001", "银行卡号", "高龄老人长寿补贴"):
        assert words in said


async def test_nothing_of_anybody_else_is_in_it(site, father, work):
    """Her name as his agent and on what she filed: that is his to know. Her number, her numbers, her data are not."""
    package = await opened(father, await packed(site, father, work))
    everything = package.read("data.json").decode()
    (her,) = await as_owner(site, "SELECT id FROM accounts WHERE handle = 'daughter'")
    assert "13900000002" not in everything
    assert str(her["id"]) not in json.dumps(json.loads(everything)["parties"])


async def test_it_lies_sealed_and_only_she_opens_it_for_seven_days(site, father, work):
    export = await packed(site, father, work)
    (row,) = await as_owner(site, "SELECT store_key FROM exports")
    stored = bytes(obstore.get(site.app.state.files, row["store_key"]).bytes())
    assert b"PK" not in stored[:4]
    for name in ("daughter", "spouse"):
        other = await site.person(name)
        assert (await other.post(f"/me/data/exports/{export}/download")).status_code == 404
    site.clock.now += timedelta(days=7)
    again = await site.person("father")
    assert (await again.post(f"/me/data/exports/{export}/download")).status_code == 404
    await clear_exports(work)
    with pytest.raises(FileNotFoundError):
        obstore.get(site.app.state.files, row["store_key"])


async def test_ten_minutes_after_signing_in_she_signs_in_again_before_it_opens(site, father, work):
    export = await packed(site, father, work)
    site.clock.now += timedelta(minutes=11)
    answer = await father.post(f"/me/data/exports/{export}/download")
    assert answer.status_code == 403
    assert "/sign-in?next=/me/data" in answer.text


async def test_an_agent_reaches_no_package_of_her_principals(site, father, work):
    export = await packed(site, father, work)
    daughter = await acting_daughter(site)
    for method, path in (
        ("GET", "/me/data"),
        ("POST", "/me/data/exports"),
        ("POST", f"/me/data/exports/{export}/download"),
        ("GET", "/me/erase"),
        ("POST", "/me/erase"),
    ):
        assert (await daughter.request(method, path)).status_code == 403, path
    await daughter.post("/acting", data={"next": "/"})
    assert (await daughter.post(f"/me/data/exports/{export}/download")).status_code == 404


async def test_asking_making_and_taking_leave_events_and_she_is_told(site, father, work):
    await opened(father, await packed(site, father, work))
    rows = await as_owner(site, "SELECT kind, public FROM events WHERE kind LIKE 'export%' ORDER BY id")
    assert [tuple(row) for row in rows] == [("export_asked", False), ("export_ready", True), ("export_taken", True)]


async def test_asking_twice_makes_one(site, father, work):
    for _time in range(3):
        await father.post("/me/data/exports")
    rows = await as_owner(site, "SELECT 1 FROM exports")
    assert len(rows) == 1
    assert "正在做" in (await father.get("/me/data")).text


async def test_a_file_that_is_lost_is_named_and_the_rest_is_there(site, father, work):
    (row,) = await as_owner(site, "SELECT id, store_key FROM files LIMIT 1")
    obstore.delete(site.app.state.files, row["store_key"])
    package = await opened(father, await packed(site, father, work))
    assert str(row["id"]) in package.read("缺少的文件.txt").decode()
    assert json.loads(package.read("data.json"))["cases"]
