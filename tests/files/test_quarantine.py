"""Where a virus scanner is configured: nobody opens a file it has not answered for, and nobody waits for it either."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec
import pikepdf
import pytest
import pytest_asyncio

from backend.core.jobs import Later, Work
from backend.files import clamd as asking
from backend.files.clamd import NoAnswer, is_clean
from backend.notifications.jobs import JOBS as NOTICES
from tests.cart.pages import ALLOWANCE, put_in
from tests.core.test_files import pdf, photo
from tests.fakes.clamd import Clamd, listening
from tests.files.test_send_in_pieces import card, handed_in
from tests.files.working import do_all, work  # noqa: F401, fixture
from tests.orders.shopping import act_for_father, fill_in, form, reviewed
from tests.orders.shopping import put_in as fill_cart
from tests.pieces import sent
from tests.web import Site, running

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def harmful() -> bytes:
    """A PDF that passes the press: nothing in it acts, but its page carries the test signature of all virus scanners."""

    def drawn(document: pikepdf.Pdf) -> None:
        document.pages[0].Contents = document.make_stream(EICAR)

    return pdf(drawn)


@pytest_asyncio.fixture
async def scanner() -> AsyncIterator[Clamd]:
    async with listening() as clamd:
        yield clamd


@pytest_asyncio.fixture
async def settings_scanned(settings, scanner):
    return msgspec.structs.replace(settings, demo=True, clamd=scanner.address)


@pytest_asyncio.fixture
async def site(settings_scanned) -> AsyncIterator[Site]:
    async with running(settings_scanned) as site:
        yield site


@pytest_asyncio.fixture
async def worker(work: Work, settings_scanned) -> Work:  # noqa: F811
    work.settings = settings_scanned
    return work


@pytest_asyncio.fixture
async def father(site: Site) -> httpx.AsyncClient:
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    return father


async def given(person: httpx.AsyncClient, content: bytes, name: str) -> str:
    assert (await handed_in(person, await sent(person, content, name))).status_code == 303
    return (await card(person))["files"][-1]


async def seen(person: httpx.AsyncClient, file: str) -> list[int]:
    return [(await person.get(f"/files/{file}{part}")).status_code for part in ("", "/preview")]


async def test_until_it_has_answered_only_who_took_a_photo_sees_it(site, father, worker, scanner):
    daughter = await site.person("daughter")
    await act_for_father(site, daughter)
    await put_in(daughter, ALLOWANCE)
    hers = await given(daughter, photo(size=(300, 200)), "a.jpg")
    assert await seen(daughter, hers) == [200, 200]
    assert await seen(father, hers) == [423, 423]
    assert "正在做安全检查，一般几秒钟就好" in (await father.get(f"/files/{hers}")).text
    assert "正在做安全检查，不耽误您提交" in (await daughter.get("/cart/materials")).text
    assert await do_all(worker, "scan_file") == 1
    assert await seen(father, hers) == [200, 200]
    assert scanner.asked == [(await father.get(f"/files/{hers}")).content]


async def test_a_pdf_waits_for_who_sent_it_too(father, worker):
    file = await given(father, pdf(), "户口本.pdf")
    assert await seen(father, file) == [423, 423]
    assert f'href="/files/{file}"' not in (await father.get("/cart/materials")).text
    await do_all(worker, "scan_file")
    assert await seen(father, file) == [200, 200]
    assert f'href="/files/{file}"' in (await father.get("/cart/materials")).text


async def test_what_it_finds_is_taken_out_and_she_is_told_what_to_do(father, worker, scanner):
    kept = await given(father, photo(size=(300, 200)), "a.jpg")
    await do_all(worker, "scan_file")
    bad = await given(father, harmful(), "b.pdf")
    scanner.says = b"stream: Eicar-Test-Signature FOUND\0"
    await do_all(worker, "scan_file")
    assert (await card(father))["files"] == [kept]
    assert await seen(father, bad) == [423, 423]
    assert "没有通过安全检查" in (await father.get(f"/files/{bad}")).text
    await _told(worker)
    inbox = (await father.get("/inbox")).text
    assert "有一个文件没有通过安全检查" in inbox
    assert "重新拍照再交一次" in inbox


async def _told(work: Work) -> None:  # noqa: F811
    async with work.transaction() as tx:
        rows = await tx.db.fetch("DELETE FROM pgqueuer WHERE entrypoint = 'notify' RETURNING payload")
    for row in rows:
        await NOTICES["notify"](work, msgspec.json.decode(row["payload"]))


async def test_filing_goes_on_and_the_desk_reads_why_it_cannot_open_it(site, worker, scanner):
    daughter, father, civil = [await site.person(who) for who in ("daughter", "father", "officer-civil")]
    await act_for_father(site, daughter)
    await fill_cart(site, daughter, ["护理补贴"])
    await fill_in(site, daughter)
    assert (await daughter.post("/orders", data=form(await reviewed(site, daughter)))).status_code == 303
    async with worker.transaction() as tx:
        row = await tx.db.fetchrow(
            "SELECT c.number, f.file_id FROM case_files f JOIN cases c ON c.id = f.case_id ORDER BY f.file_id LIMIT 1"
        )
    desk = f"/desk/cases/{row['number']}"
    seen_at = await civil.post(f"{desk}/files/{row['file_id']}/look")
    shown = (await civil.get(seen_at.headers["location"])).text
    assert "正在做安全检查，一般几秒钟就好" in shown
    assert f"{row['file_id']}/pages/1" not in shown
    assert (await civil.get(f"{desk}/files/{row['file_id']}/pages/1")).status_code == 423
    scanner.says = b"stream: Eicar-Test-Signature FOUND\0"
    await do_all(worker, "scan_file")
    assert "没有通过安全检查，已经封存" in (await civil.get(seen_at.headers["location"])).text
    await _told(worker)
    assert "部门会请您补交" in (await father.get("/inbox")).text


@pytest.mark.parametrize(
    "says",
    [
        None,
        b"",
        b"stream: ",
        b"OK\0",
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: OK",
        b"\xff" * 5000,
        b"stream: FOUND\0",
    ],
)
async def test_whatever_is_neither_yes_nor_no_is_no_answer(scanner, monkeypatch, says):
    monkeypatch.setattr(asking, "SECONDS", 0.4)
    scanner.says = says
    with pytest.raises(NoAnswer):
        await is_clean(scanner.address, b"x" * 200_000)


async def test_a_scanner_that_is_down_costs_nobody_anything_and_is_asked_again(father, worker, scanner, monkeypatch):
    monkeypatch.setattr(asking, "SECONDS", 0.4)
    scanner.says = None
    file = await given(father, pdf(), "户口本.pdf")
    payload = {"file": file}
    from backend.files.jobs import JOBS

    with pytest.raises(Later) as soon:
        await JOBS["scan_file"](worker, payload)
    worker.clock.now = worker.clock.now.replace(hour=9)
    with pytest.raises(Later) as late:
        await JOBS["scan_file"](worker, payload)
    assert (soon.value.seconds, late.value.seconds) == (5, 300)
    assert (await card(father))["files"] == [file]
    assert await seen(father, file) == [423, 423]
    scanner.says = b"stream: OK\0"
    await JOBS["scan_file"](worker, payload)
    await JOBS["scan_file"](worker, payload)
    assert len(scanner.asked) == 3
    assert await seen(father, file) == [200, 200]


async def test_where_nobody_listens_there_is_no_answer():
    with pytest.raises(NoAnswer):
        await is_clean("tcp:127.0.0.1:1", b"x")
    with pytest.raises(NoAnswer):
        await is_clean("unix:/nowhere/clamd.ctl", b"x")


async def test_without_a_scanner_any_more_what_waits_is_set_free(father, worker, settings):
    file = await given(father, pdf(), "户口本.pdf")
    worker.settings = settings
    await do_all(worker, "scan_file")
    assert await seen(father, file) == [200, 200]


async def test_what_was_found_once_stays_found(father, worker, scanner, settings):
    file = await given(father, harmful(), "b.pdf")
    scanner.says = b"stream: Eicar-Test-Signature FOUND\0"
    await do_all(worker, "scan_file")
    with pytest.raises(Exception, match="stays as it was found"):
        async with worker.transaction() as tx:
            await tx.db.execute("UPDATE files SET scan = 'clean' WHERE id = $1", file)


@pytest.fixture(scope="module")
def real_clamd(tmp_path_factory) -> Iterator[str]:
    """Debian's clamav-daemon with one signature of our own: no database can be fetched here."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    if program is None:
        pytest.skip("clamd is not installed (Debian's clamav-daemon)")
    folder = tmp_path_factory.mktemp("clamd")
    (folder / "db").mkdir()
    (folder / "db" / "one.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    config = folder / "clamd.conf"
    config.write_text(
        f"LocalSocket {folder}/s\nDatabaseDirectory {folder}/db\nForeground yes\nLogFile {folder}/log\nMaxThreads 2\n"
        + (f"User {Path(folder).owner()}\n")
    )
    import subprocess

    running_ = subprocess.Popen([program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while not (folder / "s").exists():
            assert running_.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, "clamd did not begin to listen"
            time.sleep(0.1)
        yield f"unix:{folder}/s"
    finally:
        running_.terminate()
        running_.wait(20)


async def test_the_real_clamd_finds_it_in_what_is_kept_of_a_pdf_and_nothing_in_a_photo(
    father, worker, real_clamd, settings
):
    worker.settings = msgspec.structs.replace(settings, clamd=real_clamd)
    good = await given(father, photo(size=(600, 450)), "a.jpg")
    bad = await given(father, harmful(), "b.pdf")
    await do_all(worker, "scan_file")
    assert (await card(father))["files"] == [good]
    assert [await seen(father, file) for file in (good, bad)] == [[200, 200], [423, 423]]


async def test_the_real_clamd_answers_several_at_once(real_clamd):
    found = await asyncio.gather(
        *(is_clean(real_clamd, content) for content in [EICAR, b"nothing", EICAR, bytes(2_000_000)])
    )
    assert found == [False, True, False, True]
