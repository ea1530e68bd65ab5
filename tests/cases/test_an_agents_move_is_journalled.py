"""Correcting and withdrawing under a mandate stand in its journal; what the principal does herself does not."""

from tests.cases.town import Town


async def uses(town: Town) -> list[dict]:
    async with town.tx("father") as tx:
        rows = await tx.db.fetch("SELECT data FROM mandate_events WHERE kind = 'used' ORDER BY n")
    return [row["data"] for row in rows]


async def test_the_daughters_withdrawal_is_a_line_and_the_fathers_is_none(town: Town) -> None:
    case, own = await town.filed(), await town.filed()
    await town.moved(case, "daughter", "withdrawn", for_father=True)
    await town.moved(own, "father", "withdrawn")
    lines = [line for line in await uses(town) if line["did"] == "withdrawn"]
    assert lines == [{"did": "withdrawn", "items": [case.item_name], "number": case.number}]
