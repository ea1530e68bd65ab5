"""One after the other: what a register tells again, a renewal that replaces, what two states and two offices do to a chain."""

from datetime import date, timedelta

import asyncpg
import pytest

from backend.catalogue.queries import city
from backend.certificates.actions import take_from_register
from backend.certificates.queries import facts_in, held_by, valid_of
from tests.orders.shopping import transaction

SINCE, UNTIL = date(2020, 1, 1), date(2030, 12, 31)


async def told(granted, work, **fields) -> object:
    """The register of driving licences tells of the father's, as the worker hears it."""
    said = {"person.name": "林长福", "person.driver_class": "C1"} | fields
    async with work.transaction() as tx:
        pack = (await city(tx.db)).pack
        return await take_from_register(
            tx, pack, "driver_licence", holder=granted.holder, party=granted.holder, serial="DL460199", fields=said,
            valid_from=SINCE, valid_until=UNTIL,
        )  # fmt: skip


async def test_a_register_that_tells_the_same_again_brings_nothing_new(granted, work):
    assert await told(granted, work) is not None
    assert await told(granted, work) is None
    async with transaction(granted.site, granted.father) as tx:
        pack = (await city(tx.db)).pack
        facts = {
            (element, fact.source, fact.trust): fact.value
            for _party, element, fact in facts_in(await valid_of(tx), pack, None)
        }
    assert facts["person.driver_class", "certificate.driver_licence", "A"] == "C1"
    assert facts["person.elder_allowance", "certificate.elder_allowance", "A"] is True, "what holding it means"


async def test_what_it_says_anew_replaces_the_older_and_both_are_told_of(granted, work):
    first = await told(granted, work)
    second = await told(granted, work, **{"person.driver_class": "C2"})
    async with transaction(granted.site, granted.father) as tx:
        held = {one.id: one for one in await held_by(tx)}
    assert (held[first].state, held[second].state) == ("replaced", "valid")
    assert held[second].replaces == first
    assert held[second].content.replaces == held[first].number
    assert held[first].number.split(".")[:8] == held[second].number.split(".")[:8]
    assert (held[first].number.split(".")[8], held[second].number.split(".")[8]) == ("001", "002")
    page = (await granted.father.get(f"/certificates/{second}")).text
    assert "换过的" in page
    assert f"/certificates/{first}" in page
    with pytest.raises(asyncpg.CheckViolationError):
        await granted.owner_says(
            """INSERT INTO certificates (id, number, type, department_id, holder_id, source, sealed, digest, signature, key_id, issued_at,
                      valid_from, state_since, replaces, token_hash)
               SELECT gen_random_uuid(), replace(number, '001', '009'), type, department_id, holder_id, source, sealed, digest, signature,
                      key_id, issued_at, valid_from, state_since, id, sha256('x') FROM certificates WHERE id = $1""",
            first,
        )


async def test_what_the_office_revoked_a_register_does_not_bring_back(granted, work):
    first = await told(granted, work)
    await granted.owner_says(
        "UPDATE certificates SET state = 'revoked', state_reason = '记满十二分', state_since = now() WHERE id = $1",
        first,
    )
    assert await told(granted, work, **{"person.driver_class": "C2"}) is None


async def test_one_that_has_not_begun_or_has_ended_counts_for_nothing(granted, work):
    await told(granted, work)
    for day, counts in ((SINCE - timedelta(1), 0), (SINCE, 1), (UNTIL, 1), (UNTIL + timedelta(1), 0)):
        async with transaction(granted.site, granted.father) as tx:
            tx.now = tx.now.replace(year=day.year, month=day.month, day=day.day)
            assert sum(one.type == "driver_licence" for one in await valid_of(tx)) == counts
