"""Small files that would become enormous: refused with one sentence before anything is unpacked whole."""

import io
import time
import zipfile
import zlib

import pikepdf
import pytest

from backend.core import files
from backend.core.files import press
from tests.core.test_files import said


def packed(size: int) -> bytes:
    """So many zero bytes, deflated without ever being held."""
    deflate = zlib.compressobj(9)
    return b"".join(deflate.compress(bytes(1_000_000)) for _ in range(size // 1_000_000)) + deflate.flush()


def with_streams(*streams: bytes, **named: object) -> bytes:
    """A page with these bytes as they are: the library that writes it unpacks nothing either."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        page = document.add_blank_page()
        for n, raw in enumerate(streams):
            stream = document.make_stream(b"")
            stream.write(raw, filter=named.get("filter", pikepdf.Name.FlateDecode))
            for name in ("Width", "Height"):
                if name in named:
                    stream[f"/{name}"] = named[name]
            page[f"/X{n}"] = stream
        document.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return out.getvalue()


async def test_a_pdf_of_one_enormous_stream_is_refused_quickly():
    upload, began = with_streams(packed(210_000_000)), time.monotonic()
    assert len(upload) < 300_000
    assert await said(upload, "扫描.pdf") == files.SAID["bomb"]
    assert time.monotonic() - began < files.SECONDS


async def test_a_pdf_of_many_large_streams_is_refused():
    assert await said(with_streams(*[packed(160_000_000)] * 4), "扫描.pdf") == files.SAID["bomb"]


async def test_a_pdf_that_is_packed_twice_is_refused():
    twice = with_streams(zlib.compress(packed(10_000_000)), filter=pikepdf.Array([pikepdf.Name.FlateDecode] * 2))
    assert await said(twice, "扫描.pdf") == files.SAID["bomb"]


async def test_a_pdf_with_a_picture_of_a_milliard_pixels_is_refused():
    assert await said(with_streams(zlib.compress(b"x"), Width=65_000, Height=65_000), "扫描.pdf") == files.SAID["bomb"]


async def test_a_scanned_page_is_no_bomb():
    page = zlib.compress(bytes(25_000_000))
    assert (await press(with_streams(page, Width=2480, Height=3508), "扫描.pdf")).pages == 1


@pytest.mark.parametrize("name", ["资料.zip", "照片.jpg", "合同.pdf"])
async def test_a_zip_bomb_is_refused_by_its_first_bytes_whatever_it_is_called(name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0", bytes(50_000_000))
    assert await said(out.getvalue(), name) == files.SAID["kind"]
