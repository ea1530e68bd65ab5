"""Photographs as iPhones take them become ordinary ones, and lose the place they were taken."""

import io

import pillow_heif
import pytest
from PIL import Image

from backend.core import files
from backend.core.files import press
from tests.core.test_files import MARKER, said

pillow_heif.register_heif_opener()


def heic(size: tuple[int, int] = (300, 200), **options: object) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    out = io.BytesIO()
    image.save(out, "HEIF", quality=80, **options)
    return out.getvalue()


def with_place(**options: object) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = MARKER
    exif.get_ifd(0x8825).update({1: "N", 2: (20.0, 1.0, 1.0), 29: MARKER})
    return heic(exif=exif.tobytes(), xmp=f"<x>{MARKER}</x>".encode(), **options)


def lying_on_its_side() -> bytes:
    """The container says how to turn it, as telephones write it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return heic(exif=exif.tobytes())


async def test_it_becomes_a_jpeg_of_the_same_name():
    pressed = await press(heic(), "IMG_0042.HEIC")
    assert (pressed.name, pressed.media_type, pressed.pages) == ("IMG_0042.jpg", "image/jpeg", 1)
    with Image.open(io.BytesIO(pressed.content)) as image:
        assert (image.format, image.size) == ("JPEG", (300, 200))
        assert image.getpixel((20, 100))[0] > 200
        assert image.getpixel((280, 100))[2] > 200


async def test_place_camera_and_words_are_gone():
    upload = with_place()
    assert MARKER.encode() in upload
    pressed = await press(upload, "a.heic")
    for kept in (pressed.content, pressed.preview):
        assert MARKER.encode() not in kept
        with Image.open(io.BytesIO(kept)) as image:
            assert not image.getexif()
            assert "xmp" not in image.info


async def test_it_stands_upright():
    pressed = await press(lying_on_its_side(), "a.heic")
    with Image.open(io.BytesIO(pressed.content)) as image:
        assert image.size == (200, 300)
        assert image.getpixel((100, 20))[0] > 200


@pytest.mark.parametrize("name", ["照片.jpg", "照片.heif", "照片", "照片.png"])
async def test_its_bytes_say_what_it_is_whatever_a_messenger_called_it(name):
    assert (await press(heic(), name)).media_type == "image/jpeg"


async def test_a_heic_called_a_pdf_is_refused():
    assert await said(heic(), "合同.pdf") == files.SAID["suffix"]


async def test_tiles_as_telephones_write_them_are_put_together():
    pressed = await press(heic((1500, 1100), tile_size=512), "a.heic")
    with Image.open(io.BytesIO(pressed.content)) as image:
        assert image.size == (1500, 1100)
        assert image.getpixel((1400, 1000))[2] > 200


@pytest.mark.parametrize("percent", [5, 30, 60, 90])
async def test_one_that_is_cut_off_is_refused(percent):
    whole = heic((600, 400), tile_size=256)
    assert await said(whole[: len(whole) * percent // 100], "a.heic") == files.SAID["broken"]


async def test_one_that_says_it_is_enormous_is_refused_before_it_is_unpacked():
    whole, side = heic((300, 200)), (300).to_bytes(4, "big") + (200).to_bytes(4, "big")
    huge = (60_000).to_bytes(4, "big") * 2
    assert side in whole
    assert await said(whole.replace(side, huge), "a.heic") in (files.SAID["pixels"], files.SAID["broken"])


async def test_a_large_one_is_shrunk():
    pressed = await press(heic((4032, 3024), tile_size=512), "a.heic")
    with Image.open(io.BytesIO(pressed.content)) as image:
        assert max(image.size) == 2600


async def test_without_the_decoder_it_is_refused_with_what_to_do(monkeypatch, tmp_path):
    without = tmp_path / "press.py"
    without.write_text("import sys\nsys.modules['pillow_heif'] = None\n" + files.PRESS.read_text())
    monkeypatch.setattr(files, "PRESS", without)
    assert await said(heic(), "a.heic") == files.SAID["heic"]
