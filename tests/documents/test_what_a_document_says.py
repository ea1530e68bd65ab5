"""A document says what was filed and what the officer decided, is signed, and proves it to whoever looks."""

import asyncio
import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pikepdf
import pytest
from pyhanko.pdf_utils.misc import PdfError

from backend.core.keys import signing_key
from backend.core.signature import Checked, PlatformSigner, check
from tests.cases.town import Town
from tests.documents.conftest import KEY, Office, opened, words_of
from tests.web import Site


async def refused(office: Office) -> tuple[dict[str, dict[str, object]], object]:
    case = await office.town.filed()
    case = await office.town.moved(case, "officer", "accepted")
    case = await office.town.moved(case, "officer", "refused", reason="经核查未满八十周岁。")
    return await office.made(case), case


async def test_a_refusal_names_its_reason_and_what_one_can_do_about_it(office: Office, site: Site) -> None:
    made, _ = await refused(office)
    words = words_of(await opened(await site.person("father"), made["refusal"]["id"]))
    assert "不予批准决定书" in words
    assert "陈大海：" in words
    assert "理由：经核查未满八十周岁。" in words
    assert "六十日内依法申请行政复议" in words
    assert "六个月内" in words
    assert "行政诉讼" in words
    assert "护理补贴" in words
    assert "海口市民政局2026年9月25日" in words


async def test_it_tells_what_was_filed_not_what_people_are_called_later(office: Office, site: Site) -> None:
    case = await office.town.filed()
    async with office.town.machine() as tx:
        account = await tx.db.fetchrow("SELECT key_wrapped FROM accounts WHERE id = $1", case.principal_id)
        renamed = tx.vault.key(account["key_wrapped"]).seal("改名之后".encode(), f"name:{case.principal_id}")
        before = await tx.db.fetchval("SELECT name_sealed FROM accounts WHERE id = $1", case.principal_id)
        await tx.db.execute("UPDATE accounts SET name_sealed = $2 WHERE id = $1", case.principal_id, renamed)
    try:
        made = await office.made(case)
    finally:
        async with office.town.machine() as tx:
            await tx.db.execute("UPDATE accounts SET name_sealed = $2 WHERE id = $1", case.principal_id, before)
    words = words_of(await opened(await site.person("father"), made["receipt"]["id"]))
    assert "陈大海：" in words
    assert "改名之后" not in words


async def test_a_correction_notice_lists_everything_with_its_last_day(office: Office, site: Site) -> None:
    case = await office.town.filed()
    problems = [{"say": "照片反光，请重拍。"}, {"say": "请补交户口簿"}]
    case = await office.town.moved(case, "officer", "correction_asked", problems=problems)
    made = await office.made(case)
    words = words_of(await opened(await site.person("father"), made["correction_notice"]["id"]))
    assert "1.照片反光，请重拍2.请补交户口簿" in words
    assert f"请于{case.due.year}年{case.due.month}月{case.due.day}日前补齐" in words  # type: ignore[union-attr]
    assert "再次告知的原因" not in words


async def test_it_is_for_the_archive_for_screen_readers_and_carries_its_letters(office: Office, site: Site) -> None:
    made, _ = await refused(office)
    paper = await opened(await site.person("father"), made["refusal"]["id"])
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        assert pdf.open_metadata().pdfa_status == "2A"
        assert pdf.open_metadata().get("pdfuaid:part") == "1"
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "zh-CN"
        assert str(pdf.docinfo["/Title"]).startswith("不予批准决定书 民政局不准〔2026〕")
        for font in pdf.pages[0].Resources.Font.values():
            assert "FontFile3" in str(font.DescendantFonts[0].FontDescriptor.keys())
        widget = pdf.Root.AcroForm.Fields[0]
        assert int(widget.F) & 4  # printed, as PDF/A wants of every annotation


def holds(paper: bytes) -> bool:
    """A file that is no PDF any more proves nothing either."""
    try:
        return check(paper, PlatformSigner(KEY).certificate).intact
    except (PdfError, ValueError, KeyError, TypeError, AttributeError):
        return False


async def test_the_signature_holds_until_one_byte_is_changed(office: Office, site: Site, tmp_path: Path) -> None:
    made, _ = await refused(office)
    paper = await opened(await site.person("father"), made["refusal"]["id"])
    ours = PlatformSigner(KEY).certificate
    assert await asyncio.to_thread(check, paper, ours) == Checked(intact=True, ours=True)
    other = signing_key(datetime(2026, 1, 1, tzinfo=UTC)).decode()
    assert not (await asyncio.to_thread(check, paper, PlatformSigner(other).certificate)).ours
    middle = paper.index(b"/Type") + 1
    for spot in (1500, middle, len(paper) // 2):
        altered = bytearray(paper)
        altered[spot] ^= 1
        assert not await asyncio.to_thread(holds, bytes(altered)), spot
    assert not await asyncio.to_thread(holds, paper + b"\n% added")


def detached(paper: bytes) -> tuple[bytes, bytes]:
    """What was signed, and the signature, taken out of the file by hand."""
    with pikepdf.open(io.BytesIO(paper)) as pdf:
        signature = pdf.Root.AcroForm.Fields[0].V
        first, length, second, rest = (int(part) for part in signature.ByteRange)
        return paper[first : first + length] + paper[second : second + rest], bytes(signature.Contents)


async def test_openssl_says_the_same_without_our_library(office: Office, site: Site, tmp_path: Path) -> None:
    made, _ = await refused(office)
    signed, signature = detached(await opened(await site.person("father"), made["refusal"]["id"]))
    (tmp_path / "signed").write_bytes(signed)
    length = int.from_bytes(signature[2:4], "big") + 4  # a DER sequence; the rest of its place is noughts
    (tmp_path / "signature").write_bytes(signature[:length])
    (tmp_path / "ours.pem").write_text(KEY[KEY.index("-----BEGIN CERTIFICATE") :])

    def said(content: str) -> subprocess.CompletedProcess[bytes]:
        words = ("-verify", "-inform", "DER", "-in", "signature", "-content", content, "-CAfile", "ours.pem", "-binary")
        return subprocess.run(
            ["openssl", "cms", *words, "-purpose", "any", "-out", "/dev/null", "-no_check_time"],
            cwd=tmp_path, capture_output=True, check=False,
        )  # fmt: skip

    try:
        right = said("signed")
    except FileNotFoundError:
        pytest.skip("no openssl here")
    assert right.returncode == 0, right.stderr
    (tmp_path / "altered").write_bytes(signed.replace(b"2026", b"2027", 1))
    assert said("altered").returncode != 0


async def test_the_principal_her_agent_and_the_office_open_it_and_nobody_else(office: Office, site: Site) -> None:
    made, _ = await refused(office)
    address = f"/documents/{made['refusal']['id']}"
    for handle, status in (("father", 200), ("officer", 200), ("stranger", 404), ("foreign", 404), ("daughter", 404)):
        assert (await (await site.person(handle)).get(address)).status_code == status, handle
    acting = await site.person("daughter")
    await acting.post(
        "/acting", data={"mandate": str(office.town.mandate), "principal": str(office.town.ids["father"])}
    )
    assert (await acting.get(address)).status_code == 200
    assert (await site.stranger().get(address)).status_code == 303


async def test_what_lies_in_the_store_opens_for_nobody_without_her_key(office: Office, town: Town) -> None:
    made, _ = await refused(office)
    kept = town.settings.data / "files" / str(made["refusal"]["store_key"])
    assert b"%PDF" not in kept.read_bytes()


def link_in(made: dict[str, dict[str, object]], office: Office, kind: str) -> str:
    from backend.documents.making import token_of

    return f"/verify/{token_of(office.town.vault, made[kind]['id'])}"  # type: ignore[arg-type]


async def test_whoever_holds_the_paper_learns_that_it_is_genuine_and_nothing_of_a_person(
    office: Office, site: Site
) -> None:
    made, _ = await refused(office)
    link = link_in(made, office, "refusal")
    page = (await site.stranger().get(link)).text
    assert str(made["refusal"]["number"]) in page
    assert "海口市民政局" in page
    assert "有效" in page
    assert "陈大海" not in page
    assert "护理补贴" not in page
    assert (await site.stranger().get(link[:-1] + ("A" if link[-1] != "A" else "B"))).status_code in (200, 404)
    assert (await site.stranger().get("/verify/AAAAAAAAAAAAAAAAAAAAAA")).status_code == 404
    paper = await opened(await site.person("father"), made["refusal"]["id"])
    assert "就是这一份" in (await handed_in(site.stranger(), link, paper)).text
    assert "不是这一份" in (await handed_in(site.stranger(), link, paper[:-1])).text
    assert (await site.stranger().post(link, data={})).status_code == 422


async def handed_in(client: httpx.AsyncClient, link: str, paper: bytes) -> httpx.Response:
    return await client.post(link, files={"paper": ("文书.pdf", paper, "application/pdf")})


async def test_a_voided_case_voids_its_documents_and_a_second_notice_replaces_the_first(
    office: Office, site: Site
) -> None:
    case = await office.town.filed()
    asked = [{"say": "照片看不清"}]
    case = await office.town.moved(case, "officer", "correction_asked", problems=asked)
    first = await office.made(case)
    case = await office.town.moved(case, "father", "corrected")
    case = await office.town.moved(case, "officer", "correction_asked_again", problems=asked, reason="还是看不清")
    made = await office.made(case)
    client = site.stranger()
    assert "已被后来的一份代替" in (await client.get(link_in(first, office, "correction_notice"))).text
    assert "有效" in (await client.get(link_in(made, office, "correction_notice"))).text
    case = await office.town.moved(case, "officer", "voided", reason="冒名申请")
    made = await office.made(case)
    assert "已作废" in (await client.get(link_in(made, office, "receipt"))).text
    assert "有效" in (await client.get(link_in(made, office, "voiding"))).text


async def test_looking_too_often_has_to_wait(office: Office, site: Site) -> None:
    from backend.core.pace import LOOKS_A_MINUTE

    client = site.stranger()
    site.clock.now = site.clock.now.replace(hour=5)
    for _ in range(LOOKS_A_MINUTE):
        await client.get("/verify/AAAAAAAAAAAAAAAAAAAAAA")
    assert (await client.get("/verify/AAAAAAAAAAAAAAAAAAAAAA")).status_code == 429


async def test_what_came_online_is_signed_by_nobody_and_what_was_handed_over_by_both(
    office: Office, site: Site
) -> None:
    father = await site.person("father")
    granted = await office.town.moved(
        await office.town.moved(await office.town.filed(), "officer", "accepted"), "officer", "granted"
    )
    online = await office.made(await office.town.moved(granted, "machine", "delivered", way="online"))
    words = words_of(await opened(father, online["delivery_receipt"]["id"]))
    assert "送达方式：网上送达" in words
    assert "签名" not in words.replace("平台签名", "")


async def test_the_same_over_json(office: Office, site: Site) -> None:
    case = await office.town.filed()
    father = await site.person("father")
    address = f"/api/v1/cases/{case.number}/documents"
    assert (await father.get(address)).json() == []
    made = (await office.made(case))["receipt"]
    (told,) = (await father.get(address)).json()
    assert (told["number"], told["href"], told["standing"]) == (made["number"], f"/documents/{made['id']}", "valid")
    assert (await (await site.person("stranger")).get(address)).status_code == 404
    token = link_in({"receipt": made}, office, "receipt").rpartition("/")[2]
    shown = (await site.stranger().get(f"/api/v1/documents/{token}")).json()
    assert shown["number"] == made["number"]
    assert shown["sha256"] == bytes(made["sha256"]).hex()  # type: ignore[arg-type]
    assert "陈大海" not in str(shown)
