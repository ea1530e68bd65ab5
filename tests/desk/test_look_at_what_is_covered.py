"""Each look at a covered answer or a file is an event; notes and looks never reach a citizen."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from backend.cases.model import CaseFile, Fact
from backend.catalogue.model import Element
from backend.core.files import store_upload
from backend.desk.changes import answers_changed, files_changed
from backend.desk.veils import COVER, veiled
from tests.desk.conftest import as_father
from tests.mandates.clerk import rows
from tests.orders.shopping import picture

NOTE = "暗号青鹞"


def test_whatever_is_secret_is_covered_whatever_its_type():
    for kind in ("text", "choice", "yes_no", "money", "number", "long_text", "date"):
        element = Element(code="person.x", label="x", type=kind, topic="t", sensitivity="secret")
        assert veiled(element, "42") == COVER
        assert veiled(msgspec.structs.replace(element, sensitivity="personal"), "42") == "42"
    address = Element(code="person.a", label="x", type="address", topic="t", sensitivity="personal")
    assert veiled(address, "海口市演示路 1 号") == "海口市****"


async def test_a_file_opens_by_a_look_that_is_kept_once_a_day(site, case):
    file = await filed_picture(site, case)
    officer, father = await site.person("officer-civil"), await site.person("father")
    at = f"/desk/cases/{case.number}/files/{file}"
    assert (await officer.get(f"/files/{file}")).status_code == 404
    assert (await officer.get(f"{at}/pages/1")).status_code == 404
    for _ in range(2):
        assert (await officer.post(f"{at}/look")).status_code == 303
    shown = await officer.get(f"{at}/pages/1")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert (await officer.get(f"/files/{file}")).status_code == 200
    assert f"{at}/pages/1" in (await officer.get(f"/desk/cases/{case.number}?file={file}")).text
    (looks,) = await rows(site, "SELECT count(*) FROM events WHERE kind = 'looked_at_file' AND NOT public")
    assert looks["count"] == 1
    assert "打开了一份材料" not in (await father.get(f"/cases/{case.number}")).text
    housing = await site.person("officer-housing")
    assert (await housing.post(f"{at}/look")).status_code == 404
    assert (await officer.get(f"{at}/pages/2")).status_code == 404


async def filed_picture(site, case):
    async with as_father(site) as tx:
        file = await store_upload(tx, site.app.state.files, picture(), "a.jpg")
    await rows(site, "INSERT INTO case_files (case_id, subject, material, file_id) VALUES ($1, $2, 'person.id_card', $3)", case.id, case.principal_id, file)  # fmt: skip
    return file


async def test_a_note_is_read_at_the_desk_and_by_no_citizen_anywhere(site, case):
    officer, father = await site.person("officer-civil"), await site.person("father")
    assert (await officer.post(f"/desk/cases/{case.number}/notes", data={"note": NOTE})).status_code == 303
    assert (await officer.post(f"/desk/cases/{case.number}/notes", data={"note": ""})).status_code == 422
    assert NOTE in (await officer.get(f"/desk/cases/{case.number}")).text
    for path in (f"/cases/{case.number}", f"/api/v1/cases/{case.number}", "/inbox", "/cases"):
        assert NOTE not in (await father.get(path)).text
    async with as_father(site) as tx:
        assert await tx.db.fetchval("SELECT count(*) FROM case_notes") == 0


AT = [datetime(2026, 9, day, tzinfo=UTC) for day in (1, 2, 3)]
ME = UUID(int=1)


def fact(value, at):
    return Fact(subject=ME, element="person.address", value=value, source="answered", trust="D", at=at)


def test_only_what_reads_differently_since_the_correction_is_shown():
    (changed,) = answers_changed([fact("旧", AT[0]), fact("新", AT[2])], AT[1])
    assert (changed.before.value, changed.after.value) == ("旧", "新")
    assert answers_changed([fact("旧", AT[0]), fact("旧", AT[2])], AT[1]) == []
    assert answers_changed([fact("旧", AT[0])], AT[1]) == []
    (new,) = answers_changed([fact("新", AT[2])], AT[1])
    assert new.before is None


def test_of_the_files_before_only_the_last_filing_is_named():
    files = [
        CaseFile(subject=ME, material="m", file_id=UUID(int=n), added_at=at)
        for n, at in enumerate([AT[0], AT[1], AT[2]])
    ]
    (again,) = files_changed(files, AT[2])
    assert ([f.file_id.int for f in again.before], [f.file_id.int for f in again.after]) == ([1], [2])
