"""A photo that lies on its side or is not clear: turned, taken again, deleted; the list shows a small one."""

import io

import httpx
import pytest_asyncio
from PIL import Image

from tests.cart.pages import ALLOWANCE, hidden, put_in
from tests.core.test_files import pdf, photo
from tests.files.test_send_in_pieces import card
from tests.pieces import sent
from tests.web import Site


@pytest_asyncio.fixture
async def father(site: Site) -> httpx.AsyncClient:
    father = await site.person("father")
    await put_in(father, ALLOWANCE)
    for name, content in (("a.jpg", corner()), ("b.pdf", pdf()), ("c.jpg", photo(size=(300, 200)))):
        assert (await send(father, "", upload=await sent(father, content, name))).status_code == 303
    return father


def corner() -> bytes:
    """600 × 400, white, red in the upper left corner."""
    image = Image.new("RGB", (600, 400), "white")
    image.paste("red", (0, 0, 100, 100))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95)
    return out.getvalue()


async def send(person: httpx.AsyncClient, step: str, **fields: str) -> httpx.Response:
    form = {
        "cart": hidden((await person.get("/cart/materials")).text)["cart"],
        "material": (await card(person))["name"],
    }
    return await person.post(f"/cart/materials{step}", data=form | fields)


async def files(person: httpx.AsyncClient) -> list[str]:
    return (await card(person))["files"]


async def picture(person: httpx.AsyncClient, file: str, part: str = "") -> Image.Image:
    answer = await person.get(f"/files/{file}{part}")
    assert answer.status_code == 200
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def is_red(image: Image.Image, x: int, y: int) -> bool:
    red, green, _blue = image.getpixel((x, y))
    return red > 200 and green < 100


async def test_a_quarter_to_the_left_stands_in_the_old_ones_place(father):
    before = await files(father)
    assert (await send(father, "/turn", file=before[0], way="left")).status_code == 303
    after = await files(father)
    assert (after[0] != before[0], after[1:]) == (True, before[1:])
    turned = await picture(father, after[0])
    assert turned.size == (400, 600)
    assert is_red(turned, 20, 580)


async def test_a_quarter_to_the_right_and_back_is_as_before(father):
    await send(father, "/turn", file=(await files(father))[0], way="right")
    assert is_red(await picture(father, (await files(father))[0]), 380, 20)
    await send(father, "/turn", file=(await files(father))[0], way="left")
    back = await picture(father, (await files(father))[0])
    assert back.size == (600, 400)
    assert is_red(back, 20, 20)


async def test_four_turns_cost_a_photo_nothing_one_could_see(father):
    for _ in range(4):
        await send(father, "/turn", file=(await files(father))[0], way="right")
    back = await picture(father, (await files(father))[0])
    assert is_red(back, 50, 50)
    assert all(abs(one - 255) < 6 for one in back.getpixel((300, 200)))


async def test_what_is_no_photo_of_this_material_cannot_be_turned(father):
    _photo, document, _other = await files(father)
    for file in (document, "x", "00000000-0000-4000-8000-000000000404"):
        assert (await send(father, "/turn", file=file, way="left")).status_code == 404


async def test_the_second_tap_of_a_turn_changes_nothing(father):
    first = (await files(father))[0]
    assert [(await send(father, "/turn", file=first, way="left")).status_code for _ in range(2)] == [303, 404]
    assert len(await files(father)) == 3


async def test_one_taken_again_stands_where_the_old_one_stood_also_when_sent_twice(father):
    before = await files(father)
    again = await sent(father, photo(size=(500, 300)), "again.jpg")
    for _ in range(2):
        assert (await send(father, "", upload=again, instead=before[0])).status_code == 303
    after = await files(father)
    assert (after[0] not in before, after[1:]) == (True, before[1:])
    assert (await picture(father, after[0])).size == (500, 300)


async def test_one_taken_again_that_cannot_be_kept_leaves_the_old_one(father):
    before = await files(father)
    broken = await sent(father, photo(size=(500, 300))[:4000], "again.jpg")
    answer = await send(father, "", upload=broken, instead=before[0])
    assert answer.status_code == 422
    assert "「again.jpg」不完整" in answer.text
    assert await files(father) == before


async def test_the_list_shows_small_pictures_and_a_pdfs_pages(father):
    first, document, _other = await files(father)
    page = (await father.get("/cart/materials")).text
    assert f'src="/files/{first}/preview"' in page
    assert f'href="/files/{document}"' in page
    assert "1 页" in page
    small = await father.get(f"/files/{first}/preview")
    assert (small.headers["content-type"], small.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert max((await picture(father, first, "/preview")).size) == 480
    assert (await father.get(f"/files/{document}/preview")).headers["content-type"] == "application/pdf"


async def test_a_small_picture_is_sealed_and_nobody_elses(site, father, owner):
    first = (await files(father))[0]
    sealed = await owner.fetchval("SELECT preview_sealed FROM files WHERE id = $1", first)
    assert b"JFIF" not in sealed
    buyer = await site.person("buyer")
    assert (await buyer.get(f"/files/{first}/preview")).status_code == 404
