"""What was prepared under a wider mandate is kept, out of sight; the cart goes on with what is left."""

from tests.mandates.clerk import rows
from tests.orders.shopping import put_in, transaction

HOUSING = "公共租赁住房"


async def narrowed(site) -> None:
    await rows(
        site,
        "UPDATE mandates SET items = (SELECT array_agg(code) FROM items WHERE kind = 'item' AND name <> $1)",
        HOUSING,
    )


async def test_a_line_out_of_sight_leaves_room_for_new_ones_and_comes_back_with_the_mandate(site, daughter):
    await narrowed(site)
    assert HOUSING not in (await daughter.get("/cart")).text
    await put_in(site, daughter, ["居住证"])
    assert "居住证" in (await daughter.get("/cart")).text
    assert len(await rows(site, "SELECT DISTINCT position FROM cart_lines")) == 4
    await rows(site, "UPDATE mandates SET items = NULL")
    assert HOUSING in (await daughter.get("/cart")).text


async def test_what_only_that_line_asked_for_is_out_of_sight_with_it(site, daughter):
    async with transaction(site, daughter) as tx:
        before = {row["element"] for row in await tx.db.fetch("SELECT element FROM answers")}
    await narrowed(site)
    async with transaction(site, daughter) as tx:
        after = {row["element"] for row in await tx.db.fetch("SELECT element FROM answers")}
        others = {row[0] for row in await tx.db.fetch(
            "SELECT DISTINCT unnest(s.elements) FROM item_scopes s JOIN items i USING (code) WHERE i.name <> $1", HOUSING)}  # fmt: skip
    assert after == {element for element in before if element.partition("#")[0] in others}


async def test_the_father_reads_what_is_being_prepared_for_him_and_nobody_else_does(site, daughter):
    father, stranger = await site.person("father"), await site.person("buyer")
    page = (await father.get("/cart")).text
    assert "林小燕正在替您准备：" in page
    assert HOUSING in page
    assert "正在替您准备" not in (await stranger.get("/cart")).text
    assert "正在替您准备" not in (await daughter.get("/cart")).text
