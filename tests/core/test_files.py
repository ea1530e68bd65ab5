"""What people hand in: kept if it is a photograph or a plain PDF, refused with one sentence if it is anything else."""

import io
import os
import subprocess
import sys
import zlib
from pathlib import Path

import obstore
import pikepdf
import pytest
from PIL import Image

from backend.core import files
from backend.core.crypto import Vault
from backend.core.errors import Invalid, NotFound
from backend.core.files import MAX_BYTES, PRESS, open_file, press, shown_name, store_upload
from backend.core.stores import open_store
from tests.core.somebody import Somebody, somebody, stranger  # noqa: F401, fixtures

MARKER = "secret-place"


def photo(kind: str = "JPEG", size: tuple[int, int] = (1200, 900), **options: object) -> bytes:
    """A picture with some texture, so that its file has a body to be cut."""
    image = Image.effect_noise(size, 60).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def pdf(change=None) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        if change:
            change(document)
        document.save(out)
    return out.getvalue()


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = MARKER
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[2] = (20.0, 1.0, 1.0)
    return photo(size=(1200, 900), exif=exif)


def bomb() -> bytes:
    """65,000 × 65,000 black pixels in a few hundred kilobytes, header and checksums right."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")

    side = (65_000).to_bytes(4, "big")
    deflate = zlib.compressobj(9)
    row = b"\0" * (65_000 // 8 + 1)
    body = b"".join(deflate.compress(row) for _ in range(65_000)) + deflate.flush()
    head = chunk(b"IHDR", side + side + bytes([1, 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def javascript(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def launch_in_an_annotation(document: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    document.pages[0].Annots = pikepdf.Array([link])


def attachment(document: pikepdf.Pdf) -> None:
    document.attachments["x.exe"] = b"MZ"


def hidden_javascript(document: pikepdf.Pdf) -> None:
    """An action that no search in the bytes finds: in a form field's own actions, compressed into an object stream."""
    script = document.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
    field = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, Rect=[0, 0, 9, 9])
    field.AA = pikepdf.Dictionary(K=script)
    document.pages[0].Annots = pikepdf.Array([field])


async def said(upload: bytes, name: str) -> str:
    with pytest.raises(Invalid) as refused:
        await press(upload, name)
    assert len(refused.value.problems) == 1
    return refused.value.problems[0].say


async def test_a_photo_loses_everything_but_its_pixels_and_stands_upright():
    pressed = await press(with_exif(), "照片.jpg")
    with Image.open(io.BytesIO(pressed.content)) as image:
        assert image.size == (900, 1200)
        assert not image.getexif()
    assert MARKER.encode() not in pressed.content
    assert MARKER.encode() in with_exif()


async def test_a_photo_is_shrunk_to_a_sane_size():
    pressed = await press(photo(size=(5200, 3900)), "照片.jpg")
    with Image.open(io.BytesIO(pressed.content)) as image:
        assert max(image.size) == 2600


async def test_the_largest_photo_of_a_telephone_is_taken():
    out = io.BytesIO()
    Image.new("RGB", (12_000, 9_000), "teal").save(out, "JPEG")
    pressed = await press(out.getvalue(), "照片.jpg")
    with Image.open(io.BytesIO(pressed.content)) as image:
        assert max(image.size) <= 2600


async def test_of_several_pictures_in_one_file_the_first_is_kept():
    out = io.BytesIO()
    first, second = Image.new("RGB", (30, 20), "red"), Image.new("RGB", (30, 20), "blue")
    first.save(out, "MPO", save_all=True, append_images=[second])
    pressed = await press(out.getvalue(), "照片.jpg")
    with Image.open(io.BytesIO(pressed.content)) as image:
        assert image.format == "JPEG"
        assert image.getpixel((5, 5))[0] > 200


@pytest.mark.parametrize("mode", ["L", "CMYK", "1", "P"])
async def test_pictures_of_every_kind_of_colour_are_taken(mode):
    kind = "JPEG" if mode in ("L", "CMYK") else "PNG"
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").convert(mode).save(out, kind)
    assert (await press(out.getvalue(), "a.jpg" if kind == "JPEG" else "a.png")).pages == 1


async def test_a_png_stays_a_png_and_keeps_no_words():
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Comment", MARKER)
    pressed = await press(photo("PNG", pnginfo=words), "截图.png")
    assert pressed.media_type == "image/png"
    assert MARKER.encode() not in pressed.content


async def test_bytes_behind_a_picture_are_not_kept():
    pressed = await press(photo() + b"<script>alert(1)</script>", "a.jpg")
    assert b"<script>" not in pressed.content


async def test_a_plain_pdf_is_kept_with_its_pages_and_without_its_author():
    def author(document: pikepdf.Pdf) -> None:
        document.docinfo["/Author"] = MARKER
        document.add_blank_page()

    pressed = await press(pdf(author), "合同.pdf")
    assert (pressed.media_type, pressed.pages) == ("application/pdf", 2)
    with pikepdf.open(io.BytesIO(pressed.content)) as document:
        assert "/Info" not in document.trailer or "/Author" not in document.docinfo


@pytest.mark.parametrize("change", [javascript, launch_in_an_annotation, attachment])
async def test_a_pdf_that_does_or_carries_something_is_refused(change):
    assert await said(pdf(change), "表.pdf") == files.SAID["active"]


async def test_javascript_that_no_search_in_the_bytes_finds_is_refused():
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(hidden_javascript))) as document:
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate, compress_streams=True)
    assert b"JavaScript" not in out.getvalue()
    assert await said(out.getvalue(), "表.pdf") == files.SAID["active"]


async def test_a_pdf_behind_a_password_is_refused():
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    assert await said(out.getvalue(), "表.pdf") == files.SAID["locked"]


async def test_a_huge_picture_in_a_small_file_is_refused_without_being_unpacked():
    upload = bomb()
    assert len(upload) < 2_000_000
    assert await said(upload, "大图.png") == files.SAID["pixels"]


@pytest.mark.parametrize("percent", range(2, 99, 8))
async def test_a_photo_cut_off_anywhere_is_refused(percent):
    whole = photo(size=(600, 450))
    assert await said(whole[: len(whole) * percent // 100], "a.jpg") == files.SAID["broken"]


@pytest.mark.parametrize("percent", [10, 50, 90])
async def test_a_cut_off_png_or_pdf_is_refused(percent):
    for whole, name in ((photo("PNG", (300, 200)), "a.png"), (pdf(), "a.pdf")):
        assert await said(whole[: len(whole) * percent // 100], name) == files.SAID["broken"]


@pytest.mark.parametrize(
    ("name", "upload", "word"),
    [
        ("a.pdf", photo(size=(40, 30)), "suffix"),
        ("a.jpg", pdf(), "suffix"),
        ("a.jpg", b"MZ\x90\x00" + bytes(100), "kind"),
        ("a.exe", photo(size=(40, 30)), "kind"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        ("a.jpg", b"PK\x03\x04" + bytes(100), "kind"),
        ("a.heic", b"\0\0\0\x18ftypheic" + bytes(100), "broken"),
        ("a.jpg", b"\xff\xd8\xff" + os.urandom(2000), "broken"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100), "broken"),
        ("a.pdf", b"%PDF-1.7\n" + bytes(100), "broken"),
    ],
)
async def test_what_is_none_of_the_three_kinds_is_refused_by_its_content(name, upload, word):
    assert await said(upload, name) == files.SAID[word]


async def test_a_decoder_that_hangs_is_ended(monkeypatch, tmp_path):
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)")
    monkeypatch.setattr(files, "PRESS", slow)
    monkeypatch.setattr(files, "SECONDS", 0.3)
    assert await said(photo(size=(40, 30)), "a.jpg") == files.SAID["broken"]


def test_the_press_starts_without_our_code_and_our_environment():
    ran = subprocess.run([sys.executable, "-I", str(PRESS)], input=b"MZ", capture_output=True, env={})
    assert (ran.returncode, ran.stdout) == (2, b"kind")
    assert "backend" not in "".join(line for line in Path(PRESS).read_text().splitlines() if line.startswith("import"))


async def test_a_kept_file_is_sealed_and_opens_again(somebody: Somebody):  # noqa: F811
    store = open_store(somebody.settings)
    async with somebody.tx() as tx:
        file_id = await store_upload(tx, store, photo(size=(300, 200)), "身份证.jpg", "text/html")
        opened = await open_file(tx, store, file_id)
        row = await tx.db.fetchrow("SELECT * FROM files WHERE id = $1", file_id)
    assert (opened.name, opened.media_type) == ("身份证.jpg", "image/jpeg")
    with Image.open(io.BytesIO(opened.content)) as image:
        assert image.size == (300, 200)
    sealed = bytes(obstore.get(store, row["store_key"]).bytes())
    assert b"JFIF" not in sealed
    assert row["store_key"].endswith(__import__("hashlib").sha256(sealed).hexdigest())
    assert "身份证".encode() not in row["name_sealed"]


async def test_a_stranger_does_not_find_a_file(somebody: Somebody, stranger: Somebody):  # noqa: F811
    store = open_store(somebody.settings)
    async with somebody.tx() as tx:
        file_id = await store_upload(tx, store, photo(size=(30, 20)), "a.jpg")
    async with stranger.tx() as tx:
        with pytest.raises(NotFound):
            await open_file(tx, store, file_id)


async def test_a_file_moved_under_another_row_does_not_open(somebody: Somebody):  # noqa: F811
    store = open_store(somebody.settings)
    async with somebody.tx() as tx:
        first = await store_upload(tx, store, photo(size=(30, 20)), "a.jpg")
        second = await store_upload(tx, store, photo(size=(31, 20)), "b.jpg")
        keys = dict(await tx.db.fetch("SELECT id, store_key FROM files"))
        sealed = bytes(obstore.get(store, keys[first]).bytes())
        obstore.put(store, keys[second], sealed)
        with pytest.raises(Exception, match="file"):
            await open_file(tx, store, second)


async def test_empty_and_over_large_uploads_are_refused_before_they_are_opened(somebody: Somebody):  # noqa: F811
    store = open_store(somebody.settings)
    async with somebody.tx() as tx:
        for upload, word in ((b"", "empty"), (bytes(MAX_BYTES + 1), "large")):
            with pytest.raises(Invalid) as refused:
                await store_upload(tx, store, upload, "a.jpg")
            assert refused.value.problems[0].say == files.SAID[word]
        assert await tx.db.fetchval("SELECT count(*) FROM files") == 0


async def test_a_person_cannot_fill_the_store(somebody: Somebody, monkeypatch):  # noqa: F811
    monkeypatch.setattr(files, "MAX_OF_A_PERSON", 1000)
    async with somebody.tx() as tx:
        with pytest.raises(Invalid) as refused:
            await store_upload(tx, open_store(somebody.settings), photo(size=(300, 200)), "a.jpg")
        assert refused.value.problems[0].say == files.SAID["full"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\照片.jpg", "照片.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie: x.jpg"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        ("\0", "file"),
        ("长" * 200 + ".pdf", "长" * 76 + ".pdf"),
    ],
)
def test_a_file_name_is_shown_without_tricks(given, shown):
    assert shown_name(given) == shown


def test_a_vault_with_another_master_key_opens_nothing():
    wrapped = Vault("5a" * 32).new_key()
    with pytest.raises(Exception, match="key"):
        Vault("5b" * 32).key(wrapped)
