"""A photo handed in: seen by whoever may act for its owner and by the desk it was filed at, found by nobody else."""

from uuid import uuid4

import httpx
import pytest_asyncio

from tests.orders.shopping import act_for_father, fill_in, form, picture, put_in, reviewed, transaction
from tests.web import Site


@pytest_asyncio.fixture
async def daughter(site: Site) -> httpx.AsyncClient:
    client = await site.person("daughter")
    await act_for_father(site, client)
    await put_in(site, client, ["护理补贴"])
    await fill_in(site, client)
    return client


async def one_file(site: Site, person: httpx.AsyncClient) -> str:
    async with transaction(site, person) as tx:
        return f"/files/{await tx.db.fetchval('SELECT id FROM files LIMIT 1')}"


async def test_a_photo_is_shown_in_place_and_never_kept_or_run(site, daughter):
    answer = await daughter.get(await one_file(site, daughter))
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"].startswith("inline; filename*=UTF-8''%")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_a_pdf_is_saved_not_opened_under_our_address(site, daughter):
    from backend.cart.actions import lock_draft
    from backend.cart.materials import attach
    from backend.core.files import store_upload
    from tests.core.test_files import pdf

    async with transaction(site, daughter) as tx:
        draft = await lock_draft(tx)
        file = await store_upload(tx, site.app.state.files, pdf(), "合同.pdf")
        await attach(tx, draft, next(need for need in draft.sheet.materials if need.files), [file])
    answer = await daughter.get(f"/files/{file}")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf"


async def test_its_owner_sees_what_his_daughter_handed_in(site, daughter):
    father = await site.person("father")
    assert (await father.get(await one_file(site, daughter))).status_code == 200


async def test_a_stranger_finds_nothing_and_cannot_tell_that_there_is_something(site, daughter):
    place = await one_file(site, daughter)
    stranger = await site.person("buyer")
    foreign, missing = await stranger.get(place), await stranger.get(f"/files/{uuid4()}")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.text.replace(place, "") == missing.text.replace(missing.request.url.path, "")
    assert (await site.stranger().get(place)).status_code == 303


async def test_the_desk_sees_it_once_it_is_filed_and_no_other_desk_ever(site, daughter):
    place = await one_file(site, daughter)
    civil, housing = await site.person("officer-civil"), await site.person("officer-housing")
    assert (await civil.get(place)).status_code == 404
    answer = await daughter.post("/orders", data=form(await reviewed(site, daughter)))
    assert answer.status_code == 303, answer.text
    assert (await civil.get(place)).status_code == 404, "she opens it at her desk, where each look is kept"
    look = f"/desk/cases/{await case_of(site, place)}{place}/look"
    assert (await housing.post(look)).status_code == 404
    assert (await civil.post(look)).status_code == 303
    assert (await civil.get(place)).status_code == 200
    assert (await housing.get(place)).status_code == 404


async def case_of(site, place):
    from backend.core.db import connect

    owner = await connect(site.app.state.settings.login("owner"))
    number = await owner.fetchval(
        "SELECT c.number FROM case_files f JOIN cases c ON c.id = f.case_id WHERE f.file_id = $1::uuid AND c.department_id = '民政局'",
        place.rpartition("/")[2],
    )
    await owner.close()
    return number


async def test_when_the_mandate_ends_so_does_the_sight_of_his_files(site, daughter):
    from backend.core.db import connect

    place = await one_file(site, daughter)
    owner = await connect(site.app.state.settings.login("owner"))
    await owner.execute("UPDATE mandates SET ended_at = now(), end_reason = 'revoked'")
    await owner.close()
    assert (await daughter.get(place)).status_code == 404


async def test_a_missing_file_is_our_fault_and_says_so(site, daughter):
    place = await one_file(site, daughter)
    for stored in (site.app.state.settings.data / "files").rglob("*"):
        if stored.is_file():
            stored.unlink()
    answer = await daughter.get(place)
    assert answer.status_code == 503
    assert "暂时打不开" in answer.text


async def test_an_upload_far_too_large_is_refused_with_a_sentence_and_the_rest_works_on(site, daughter):
    upload = {"file": ("a.jpg", picture() + bytes(60 * 1024 * 1024), "image/jpeg")}
    answer = await daughter.post("/orders", files=upload)
    assert answer.status_code == 413
    assert "文件太大了" in answer.text
    assert (await daughter.get("/me")).status_code == 200
