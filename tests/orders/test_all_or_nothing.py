"""A filing that breaks off anywhere leaves nothing behind, and what it costs does not grow with what is in the cart."""

from collections import Counter

from backend.orders.actions import file_order
from backend.orders.model import Filing
from tests.orders.shopping import THREE, count, fill_in, put_in, reviewed, transaction

TABLES = ("orders", "cases", "case_files", "events", "idempotency_keys", "pgqueuer")
SPOKEN = ("execute", "executemany", "fetch", "fetchrow", "fetchval")


class PowerCut(Exception):
    pass


class Breaking:
    """A connection that counts what is said to the server and breaks off before statement `at`."""

    def __init__(self, db, at=None):
        self.db, self.at, self.said = db, at, []

    def __getattr__(self, name):
        found = getattr(self.db, name)
        if name not in SPOKEN:
            return found

        async def speak(sql, *args, **options):
            if len(self.said) == self.at:
                raise PowerCut
            self.said.append(" ".join(sql.split()))
            return await found(sql, *args, **options)

        return speak


async def tried(site, person, body, at=None):
    """Files through a breaking connection; the statements it said."""
    async with transaction(site, person) as tx:
        tx.db = Breaking(tx.db, at)
        await file_order(tx, "a-key-of-this-test", Filing(**body))
        return tx.db.said


async def rows(site):
    return [await count(site, table) for table in TABLES] + [await count(site, "carts WHERE state = 'filed'")]


async def test_broken_off_before_any_statement_nothing_is_left_and_the_next_try_succeeds(site, daughter):
    body = await reviewed(site, daughter)
    before, at = await rows(site), 0
    while True:
        try:
            said = await tried(site, daughter, body, at)
            break
        except PowerCut:
            assert await rows(site) == before, f"after {at} statements"
            at += 1
    assert abs(at - len(said)) <= 1, "one more where the grant is among those that somebody looks at again"
    assert len(said) > 20
    assert await count(site, "orders") == 1
    assert await count(site, "cases") == 3


async def statements(site, person, names):
    await put_in(site, person, names)
    await fill_in(site, person)
    return await tried(site, person, await reviewed(site, person))


async def test_more_lines_are_not_more_statements(site):
    few = await statements(site, await site.person("father"), ("护理补贴",))
    many = await statements(site, await site.person("buyer"), ("护理补贴", "公共租赁住房", "居住证", "失业补助"))
    assert len(few) == len(many), Counter(many) - Counter(few)


async def test_each_grant_costs_the_same_few_statements(site):
    none = await statements(site, await site.person("buyer"), ("护理补贴",))
    one = await statements(site, await site.person("father"), (THREE[0], "护理补贴"))
    print(f"statements: {len(none)} for an order, {len(one) - len(none)} more for each grant")
    assert (
        len(one) - len(none) <= 36
    )  # two moves with event, job and limits; the certificate; what the machine decided on, for ever
