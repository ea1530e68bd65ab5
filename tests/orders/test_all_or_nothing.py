"""A filing that breaks off anywhere leaves nothing behind, and what it costs does not grow with what is in the cart."""

from collections import Counter

from backend.orders.actions import file_order
from backend.orders.model import Filing
from tests.orders.shopping import THREE, count, fill_in, put_in, reviewed, transaction

TABLES = ("orders", "cases", "case_files", "events", "idempotency_keys", "pgqueuer")
LIFT = "特种设备使用登记"  # makes sense for several things at once
# Whatever is in the cart, and however much of it is granted: whether the machine may, two moves, the certificates (whose place
# they take, and themselves), what it decided; what was used instead of papers, and the consent to that.
AN_ORDER, GRANTS = 25, 8
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
        await file_order(tx, f"a-key-for-{body['cart']}", Filing(**body))
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


async def test_ten_cases_cost_no_more_statements_than_one(site):
    shop = await site.person("shopkeeper")
    one, three, ten = [await statements(site, shop, (LIFT,) * count) for count in (1, 3, 10)]
    assert len(one) == len(three) == len(ten), Counter(ten) - Counter(one)
    assert len(one) <= AN_ORDER, one


async def test_two_grants_cost_the_same_few_statements_as_one(site):
    none = await statements(site, await site.person("buyer"), ("护理补贴",))
    two = await statements(site, await site.person("father"), (THREE[0], "老年人优待证", "护理补贴"))
    assert await count(site, "cases WHERE state = 'granted'") == 2
    print(f"statements: {len(none)} for an order, {len(two) - len(none)} more for its grants")
    drawn = await count(site, "rechecks")
    assert len(two) - len(none) - drawn <= GRANTS, Counter(two) - Counter(none)
