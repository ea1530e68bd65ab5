"""At the counter an officer compares a person with her card, once; from then on she is known that far."""

import pytest

from tests.orders.shopping import transaction


@pytest.fixture
def number(request):
    import yaml

    from tests.demo import HAIKOU

    people = yaml.safe_load((HAIKOU / "cast.yaml").read_text("utf-8"))["people"]
    return next(p["facts"]["person.id_number"] for p in people if p["handle"] == "newcomer")


async def test_she_says_her_number_comes_with_her_card_and_is_told(site, owner, number):
    person, officer = await site.person("newcomer"), await site.person("officer-civil")
    assert "没有账号登记这个号码" in (await officer.post("/desk/identity", data={"number": number})).text
    said = await person.post("/me/level/number", data={"number": number, "next": "/cart/review", "need": "verified"})
    assert said.status_code == 303
    found = (await officer.post("/desk/identity", data={"number": number})).text
    assert "冯初来" in found
    assert "139****0008" in found
    account = await owner.fetchval("SELECT id FROM accounts WHERE handle = 'newcomer'")
    form = {"person": str(account), "number": number}
    assert (await officer.post("/desk/identity/confirmation", data=form)).status_code == 422  # nothing was compared
    done = await officer.post("/desk/identity/confirmation", data=form | {"compared": "yes"})
    assert done.headers["location"] == "/desk/identity?done=1"
    assert await owner.fetchval("SELECT level FROM accounts WHERE id = $1", account) == "counter"
    assert await owner.fetchval("SELECT seen_by FROM id_numbers WHERE account_id = $1", account) is not None
    events = await owner.fetch("SELECT kind, public FROM events WHERE principal_id = $1 ORDER BY id", account)
    assert [e["kind"] for e in events if e["public"]] == ["identity_confirmed"]
    assert "identity_looked_up" in {e["kind"] for e in events}
    assert "窗口核对过证件" in (await person.get("/me/level")).text


async def test_only_at_a_window_and_only_with_the_whole_number(site, number):
    for handle in ("supervisor", "officer-hotline"):
        officer = await site.person(handle)
        assert (await officer.get("/desk/identity")).status_code == 404
        assert (await officer.post("/desk/identity", data={"number": number})).status_code == 404
    assert (await (await site.person("newcomer")).get("/desk/identity")).status_code == 404
    officer = await site.person("officer-civil")
    assert (await officer.post("/desk/identity", data={"number": number[:17]})).status_code == 422


async def test_a_card_that_is_somebody_elses_here_confirms_nobody(site, owner):
    """The number is the buyer's, and was seen; who merely says it is hers is not raised."""
    taken = "460199199405113032"
    person, officer = await site.person("newcomer"), await site.person("officer-civil")
    await person.post("/me/level/number", data={"number": taken})
    account = await owner.fetchval("SELECT id FROM accounts WHERE handle = 'newcomer'")
    form = {"person": str(account), "number": taken, "compared": "yes"}
    assert (await officer.post("/desk/identity/confirmation", data=form)).status_code == 409
    assert await owner.fetchval("SELECT level FROM accounts WHERE id = $1", account) == "said"


async def test_by_the_web_role_alone_nobody_else_confirms_anybody(site, owner, number):
    person = await site.person("newcomer")
    await person.post("/me/level/number", data={"number": number})
    async with transaction(site, person) as tx:
        blind = tx.vault.blind(number, "identity")
        assert await tx.db.fetch("SELECT * FROM people_with_number($1)", blind) == []
    with pytest.raises(Exception, match="only at a counter"):
        async with transaction(site, person) as tx:
            await tx.db.fetchval("SELECT confirm_identity(viewer(), $1, '\\x00')", blind)
