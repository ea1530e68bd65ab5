"""A file sent in pieces: it goes on where it stopped, is one file in the end, and is nobody else's at any moment."""

import hashlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import uuid4

import httpx
import msgspec
import obstore
import pytest
import pytest_asyncio

from backend.core.crypto import Vault
from backend.core.db import open_pool
from backend.core.files import MAX_BYTES, SAID
from backend.core.jobs import Work
from backend.core.stores import open_store
from backend.files import actions, jobs
from tests.cart.pages import ALLOWANCE, hidden, put_in
from tests.core.test_files import pdf, photo
from tests.pieces import BYTES, UPLOADS, begun, piece, sent, told
from tests.web import Site, StoppedClock


@pytest_asyncio.fixture
async def father(site: Site) -> httpx.AsyncClient:
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    return father


async def card(person: httpx.AsyncClient) -> dict:
    sheet = (await person.get("/api/v1/cart/sheet")).json()
    return next(need for need in sheet["materials"] if need["name"].endswith("person.id_card"))


async def handed_in(person: httpx.AsyncClient, *uploads: str) -> httpx.Response:
    cart = hidden((await person.get("/cart/materials")).text)["cart"]
    form = {"cart": cart, "material": (await card(person))["name"], "upload": list(uploads)}
    return await person.post("/cart/materials", data=form)


def said(answer: httpx.Response) -> str:
    return answer.json()["problems"][0]["say"]


async def test_a_photo_in_pieces_becomes_one_file_of_the_material(site, father):
    upload = await sent(father, photo(size=(600, 450)))
    answer = await handed_in(father, upload)
    assert answer.status_code == 303, answer.text[:600]
    (file,) = (await card(father))["files"]
    assert (await father.get(f"/files/{file}")).headers["content-type"] == "image/jpeg"


async def test_the_answer_to_the_last_step_may_be_lost_and_asked_for_again(site, father):
    upload = await sent(father, photo(size=(300, 200)))
    assert [(await handed_in(father, upload)).status_code for _ in range(3)] == [303, 303, 303]
    assert len((await card(father))["files"]) == 1


async def test_it_goes_on_where_it_stopped_on_another_device_too(site, father):
    content = photo(size=(600, 450))
    place = await begun(father, content)
    await piece(father, place, 0, content[:30_000])
    tablet = await site.person("father")
    standing = await tablet.head(place)
    assert (standing.headers["upload-offset"], standing.headers["upload-length"]) == ("30000", str(len(content)))
    answer = await piece(tablet, place, 30_000, content[30_000:])
    assert answer.headers["upload-offset"] == str(len(content))


async def test_beginning_again_under_the_same_key_says_how_far_it_has_come(site, father):
    content = photo(size=(600, 450))
    first = await father.post(UPLOADS, headers=(headers := told(content)))
    await piece(father, first.headers["location"], 0, content[:1000])
    again = await father.post(UPLOADS, headers=headers)
    assert (again.headers["location"], again.headers["upload-offset"]) == (first.headers["location"], "1000")
    other = await father.post(UPLOADS, headers=told(content[:-1], **{"Idempotency-Key": headers["Idempotency-Key"]}))
    assert other.status_code == 409
    await piece(father, first.headers["location"], 1000, content[1000:])
    await handed_in(father, first.headers["location"].rpartition("/")[2])
    new = await father.post(UPLOADS, headers=headers)
    assert (new.headers["location"] != first.headers["location"], new.headers["upload-offset"]) == (True, "0")


async def test_a_piece_that_does_not_follow_is_refused_and_changes_nothing(site, father):
    content = photo(size=(600, 450))
    place = await begun(father, content)
    await piece(father, place, 0, content[:1000])
    for start in (0, 999, 1001):
        assert (await piece(father, place, start, content[start : start + 50])).status_code == 409
    assert (await father.head(place)).headers["upload-offset"] == "1000"
    assert (await piece(father, place, 1000, content[1000:] + b"more")).status_code == 413
    assert (await father.head(place)).headers["upload-offset"] == "1000"


async def test_a_line_that_breaks_in_the_middle_of_a_piece_loses_only_what_was_not_here_yet(site, father):
    content = photo(size=(600, 450))
    place = await begun(father, content)
    assert await _broken_off(site, father, place, content[:20_000]) == "20000"


async def _broken_off(site: Site, person: httpx.AsyncClient, place: str, came: bytes) -> str:
    """The server's own view of a telephone that drives into a tunnel: some bytes, then a disconnect."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.cookies.jar)
    fields = {"host": "test", "origin": "https://test", "cookie": cookies, "upload-offset": "0"}
    fields |= {"content-type": BYTES, "content-length": "50000"}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "PATCH", "scheme": "https",
        "path": place, "raw_path": place.encode(), "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("test", 443), "headers": [(k.encode(), v.encode()) for k, v in fields.items()],
    }  # fmt: skip
    events = iter([{"type": "http.request", "body": came, "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> dict:
        return next(events, {"type": "http.disconnect"})

    async def send(message: dict) -> None:
        pass

    await site.app(scope, receive, send)
    return (await person.head(place)).headers["upload-offset"]


@pytest.mark.parametrize(
    ("name", "size", "word"),
    [
        ("a.jpg", 200 * 1024 * 1024, "large"),
        ("a.jpg", MAX_BYTES + 1, "large"),
        ("a.exe", 1000, "kind"),
        ("a.jpg", 0, "empty"),
    ],
)
async def test_what_its_size_or_name_says_is_refused_before_a_byte_is_sent(site, father, name, size, word):
    answer = await father.post(UPLOADS, headers=told(b"", name, **{"Upload-Length": str(size)}))
    assert (answer.status_code, said(answer)) == (422, SAID[word].replace("%(name)s", name))


async def test_what_is_no_photo_is_refused_at_its_first_piece(site, father):
    archive = b"PK\x03\x04" + bytes(50_000)
    place = await begun(father, archive, "照片.jpg")
    answer = await piece(father, place, 0, archive[:20_000])
    assert (answer.status_code, said(answer)) == (422, SAID["kind"].replace("%(name)s", "照片.jpg"))
    assert (await father.head(place)).headers["upload-offset"] == "0"


async def test_what_was_altered_on_the_way_is_said_and_the_rest_is_kept(site, father):
    good, bad = photo(size=(300, 200)), photo(size=(301, 200))
    place = await begun(father, bad, "坏了.jpg")
    await piece(father, place, 0, bad[:-1] + bytes([bad[-1] ^ 1]))
    answer = await handed_in(father, await sent(father, good), place.rpartition("/")[2])
    assert answer.status_code == 422
    assert "「坏了.jpg」在路上传坏了。请重新选一次。" in answer.text
    assert len((await card(father))["files"]) == 1
    assert (await father.head(place)).status_code == 404


async def test_what_is_not_all_here_yet_cannot_be_handed_in(site, father):
    content = photo(size=(600, 450))
    place = await begun(father, content)
    await piece(father, place, 0, content[: len(content) * 9 // 10])
    answer = await handed_in(father, place.rpartition("/")[2])
    assert answer.status_code == 422
    assert "「身份证.jpg」还没有传完" in answer.text
    assert (await father.head(place)).status_code == 200


async def test_a_photo_cut_off_at_90_percent_before_it_was_sent_is_told_apart(site, father):
    whole = photo(size=(600, 450))
    upload = await sent(father, whole[: len(whole) * 9 // 10], "半张.jpg")
    answer = await handed_in(father, upload)
    assert answer.status_code == 422
    assert SAID["broken"].replace("%(name)s", "半张.jpg") in answer.text


async def test_a_pdf_comes_in_pieces_too_and_says_its_pages(site, father):
    def two(document) -> None:
        document.add_blank_page()

    assert (await handed_in(father, await sent(father, pdf(two), "户口本.pdf"))).status_code == 303
    assert "2 页" in (await father.get("/cart/materials")).text


@pytest.fixture
def others(site: Site, father: httpx.AsyncClient) -> Callable:
    async def who() -> dict[str, httpx.AsyncClient]:
        return {"buyer": await site.person("buyer"), "nobody": site.stranger()}

    return who


async def test_an_upload_is_nobody_elses(site, father, others):
    content = photo(size=(300, 200))
    upload = await sent(father, content)
    for who, other in (await others()).items():
        missing = 401 if who == "nobody" else 404
        place = f"{UPLOADS}/{upload}"
        assert (await other.head(place)).status_code == missing
        assert (await piece(other, place, len(content), b"x")).status_code == missing
        assert (await other.delete(place)).status_code == missing
    buyer = (await others())["buyer"]
    await put_in(buyer, ALLOWANCE)
    assert (await handed_in(buyer, upload)).status_code == 404
    assert (await handed_in(father, upload)).status_code == 303


async def test_under_a_mandate_it_belongs_to_the_affairs_on_the_screen(site, father):
    from tests.orders.shopping import act_for_father

    daughter = await site.person("daughter")
    own = await begun(daughter, content := photo(size=(300, 200)))
    await act_for_father(site, daughter)
    assert (await daughter.head(own)).status_code == 404
    his = await begun(daughter, content)
    assert (await daughter.head(his)).status_code == 200
    assert (await father.head(his)).status_code == 404


async def test_giving_up_forgets_the_bytes(site, father, work):
    upload = await sent(father, photo(size=(300, 200)))
    places = await places_of(work)
    assert places
    assert (await father.delete(f"{UPLOADS}/{upload}")).status_code == 204
    assert (await father.head(f"{UPLOADS}/{upload}")).status_code == 404
    await _run_forgotten(work)
    assert not any(_there(work, place) for place in places)


@pytest_asyncio.fixture
async def work(settings) -> AsyncIterator[Work]:
    pool = await open_pool(settings.login("worker"))
    yield Work(pool, Vault(settings.master_key or ""), settings, StoppedClock())
    await pool.close()


async def places_of(work: Work) -> list[str]:
    async with work.transaction() as tx:
        return [row["store_key"] for row in await tx.db.fetch("SELECT store_key FROM upload_parts")]


async def _run_forgotten(work: Work) -> None:
    async with work.transaction() as tx:
        rows = await tx.db.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = 'forget_bytes'")
    for row in rows:
        await jobs.forget_bytes(work, msgspec.json.decode(row["payload"]))


def _there(work: Work, place: str) -> bool:
    try:
        obstore.head(open_store(work.settings), place)
    except FileNotFoundError:
        return False
    return True


async def test_what_nobody_continues_for_three_days_is_swept_and_nothing_else(site, father, work):
    content = photo(size=(600, 450))
    place = await begun(father, content)
    await piece(father, place, 0, content[:1000])
    (part,) = await places_of(work)
    assert (await handed_in(father, await sent(father, content))).status_code == 303
    (kept,) = (await card(father))["files"]
    work.clock.now += actions.KEPT - timedelta(minutes=1)
    await jobs.sweep_uploads(work, {})
    assert (await father.head(place)).status_code == 200
    work.clock.now += timedelta(minutes=2)
    await jobs.sweep_uploads(work, {})
    assert (await father.head(place)).status_code == 404
    assert not _there(work, part)
    assert (await father.get(f"/files/{kept}")).status_code == 200


async def test_a_file_taken_out_of_the_cart_is_swept_one_that_anything_refers_to_is_not(site, father, work):
    for _ in range(2):
        assert (await handed_in(father, await sent(father, photo(size=(300, 200))))).status_code == 303
    need = await card(father)
    gone, kept = need["files"]
    assert (await father.delete(f"/api/v1/cart/materials/{need['name']}/{gone}")).status_code == 204
    work.clock.now += actions.KEPT + timedelta(minutes=1)
    await jobs.sweep_uploads(work, {})
    assert [(await father.get(f"/files/{file}")).status_code for file in (gone, kept)] == [404, 200]


async def test_everything_in_the_store_lies_under_its_own_hash(site, father, work):
    content = photo(size=(600, 450))
    await piece(father, await begun(father, content), 0, content[:1000])
    await handed_in(father, await sent(father, content))
    store = open_store(work.settings)
    listed = [entry["path"] for part in obstore.list(store) for entry in part]
    assert len(listed) > 2
    for path in listed:
        sealed = bytes(obstore.get(store, path).bytes())
        assert path == f"{path[:2]}/{hashlib.sha256(sealed).hexdigest()}"
        assert b"JFIF" not in sealed


async def test_no_more_is_on_its_way_at_once_than_a_person_needs(site, father, monkeypatch):
    monkeypatch.setattr(actions, "MOST_OPEN", 2)
    for _ in range(2):
        await begun(father, photo(size=(30, 20)))
    answer = await father.post(UPLOADS, headers=told(photo(size=(30, 20))))
    assert (answer.status_code, said(answer)) == (429, "还有很多文件没有传完。请等它们传完，再交下一个。")


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload-Length": "many"},
        {"Upload-Length": "-1"},
        {"Upload-Metadata": "filename ???"},
        {"Upload-Metadata": "filename YQ=="},
        {"Idempotency-Key": "short"},
        {"Idempotency-Key": ""},
    ],
)
async def test_a_program_that_says_it_wrongly_is_told_what_is_missing(site, father, headers):
    answer = await father.post(UPLOADS, headers=told(photo(size=(30, 20))) | headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["problems"][0]["field"] in headers


async def test_what_is_not_there_is_not_found(site, father):
    place = f"{UPLOADS}/{uuid4()}"
    assert (await father.head(place)).status_code == 404
    assert (await piece(father, place, 0, b"x")).status_code == 404
    assert (await handed_in(father, str(uuid4()))).status_code == 404
    assert (await handed_in(father, "x")).status_code == 404
