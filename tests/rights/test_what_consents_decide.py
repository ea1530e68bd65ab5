"""Sensitive data are filed, and registers are read, only with the consent to it; withdrawn, both stop at once."""

from backend.accounts.consents import SENSITIVE, shown
from backend.cart.queries import open_draft
from tests.orders.shopping import fill_in, form, put_in, reviewed, transaction
from tests.rights.conftest import TWO
from tests.rights.steps import as_owner, id_of


async def test_filing_asks_for_the_consent_names_what_is_sensitive_and_takes_it_along(site):
    father = await site.person("father")
    await father.post("/me/consents/sensitive/withdrawal")
    await put_in(site, father, TWO)
    await fill_in(site, father)
    body = form(await reviewed(site, father), "with-consent-1")
    page = (await father.get("/cart/review")).text
    assert SENSITIVE.words in page
    assert "银行卡号" in page
    refused = await father.post("/orders", data=body)
    assert refused.status_code == 422
    assert 'href="#sensitive"' in refused.text
    assert await as_owner(site, "SELECT 1 FROM cases") == []
    filed = await father.post("/orders", data=body | {"sensitive": shown(SENSITIVE, "zh-Hans")})
    assert filed.status_code == 303, filed.text[:300]
    rows = await as_owner(
        site,
        "SELECT given_by FROM consents WHERE purpose = 'sensitive' AND withdrawn_at IS NULL AND account_id = $1",
        await id_of(site, "father"),
    )
    assert len(rows) == 1


async def test_registers_are_read_for_her_only_as_long_as_she_agrees(site):
    father = await site.person("father")
    await put_in(site, father, TWO)

    async def sources():
        async with transaction(site, father) as tx:
            draft = await open_draft(tx)
            return {known.source for each in draft.told.known.values() for known in each}

    assert "register.population" in await sources()
    await father.post("/me/consents/prefill/withdrawal")
    assert not any(source.startswith("register.") for source in await sources())
