"""A code to her own number lifts what she said herself; where she wanted to go goes along."""

import re

from backend.core.db import connect
from tests.accounts.test_sign_in_with_a_code import PHONE, code_in, registered


async def owners(real, sql, *args):
    owner = await connect(real.app.state.settings.login("owner"))
    try:
        return await owner.fetchval(sql, *args)
    finally:
        await owner.close()


async def test_a_code_to_the_number_she_has_and_back_to_the_review_page(real, postman, gateway):
    client = await registered(real, postman, gateway)
    await owners(real, "UPDATE accounts SET level = 'said'")
    way = {"need": "code", "next": "/cart/review", "channel": "phone"}
    page = (await client.get("/me/level?need=code&next=/cart/review")).text
    assert "138****2222" in page
    asked = await client.post("/me/level/codes", data=way)
    assert asked.headers["location"] == "/me/level/code?need=code&next=%2Fcart%2Freview"
    await postman()
    assert gateway.texts[-1]["to"] == PHONE
    wrong = await client.post("/me/level/code", data=way | {"code": "000000" if code_in(gateway) != "000000" else "1"})
    assert wrong.status_code == 422
    assert re.search(r'name="next" value="/cart/review"', wrong.text)
    assert await owners(real, "SELECT level FROM accounts") == "said"
    right = await client.post("/me/level/code", data=way | {"code": code_in(gateway)})
    assert right.headers["location"] == "/cart/review"
    assert await owners(real, "SELECT level FROM accounts") == "code"
    assert await owners(real, "SELECT data ->> 'level' FROM events WHERE kind = 'level_raised'") == "code"


async def test_signing_in_with_a_code_lifts_her_as_well(real, postman, gateway):
    await registered(real, postman, gateway)
    await owners(real, "UPDATE accounts SET level = 'said'")
    client = real.stranger()
    await client.post("/sign-in/codes", data={"contact": PHONE})
    await postman()
    await client.post("/sign-in/code", data={"code": code_in(gateway)})
    assert await owners(real, "SELECT level FROM accounts") == "code"


async def test_the_way_up_leads_to_no_other_site(real, postman, gateway):
    client = await registered(real, postman, gateway)
    page = await client.get("/me/level?need=verified&next=//evil.example")
    assert "evil.example" not in page.text
