"""Money for the principal on the agent's own account: never the machine's to grant; the desk reads why, the principal is told."""

from uuid import uuid4

import pytest

from backend.cart.actions import lock_draft
from backend.cart.answering import save_answers
from backend.core.db import Tx, connect
from backend.notifications.model import Channel
from backend.parties.actions import remember
from tests.mandates.clerk import Clerk, rows
from tests.orders.shopping import form, reviewed, transaction

ALLOWANCE = "高龄老人长寿补贴"
HERS, HIS = "6222020000000000125", "6222020000000000000"


@pytest.fixture
async def her_account(site):
    """The daughter has an account of her own, known from an earlier filing."""
    owner = await connect(site.app.state.settings.login("owner"))
    row = await owner.fetchrow("SELECT id, key_wrapped FROM accounts WHERE handle = 'daughter'")
    party = uuid4()
    await owner.execute(
        "INSERT INTO parties (id, principal_id, kind) VALUES ($1, $2, 'bank_account')", party, row["id"]
    )
    vault = site.app.state.vault
    tx = Tx(owner, vault, site.clock())
    await remember(tx, vault.key(row["key_wrapped"]), party, {"bank_account.bank_card": HERS}, "filing", "C")
    await owner.close()


async def filed(site, daughter, **changed):
    async with transaction(site, daughter) as tx:
        await tx.db.execute(
            "DELETE FROM cart_lines WHERE item_code NOT IN (SELECT code FROM items WHERE name = $1)", ALLOWANCE
        )
        draft = await lock_draft(tx)
        typed = {
            q.name: [changed[code]]
            for q in draft.sheet.questions
            if (code := q.element.code.partition(".")[2]) in changed
        }
        assert not (await save_answers(tx, draft, typed, draft.version)).problems
    answer = await daughter.post("/orders", data=form(await reviewed(site, daughter)))
    assert answer.status_code == 303, [
        line for line in answer.text.splitlines() if "error" in line or "problem" in line
    ][:20]
    found = "SELECT c.number, c.state, c.rules FROM cases c JOIN items i ON i.code = c.item_code WHERE i.name = $1"
    return (await rows(site, found, ALLOWANCE))[0]


async def test_to_the_fathers_account_it_is_granted_at_once(site, daughter, her_account):
    case = await filed(site, daughter, bank_card=HIS)
    assert case["state"] == "granted"


@pytest.mark.parametrize("changed", [{"bank_card": HERS}, {"holder": "林小燕"}])
async def test_to_her_own_it_goes_to_a_person_who_reads_why(site, daughter, her_account, changed):
    case = await filed(site, daughter, **changed)
    assert case["state"] == "submitted"
    desk = await (await site.person("officer-civil")).get(f"/desk/cases/{case['number']}")
    assert "收款账户是老人本人的" in desk.text
    assert "要先向本人核实" in desk.text
    assert HERS not in str(case["rules"])


async def test_the_father_is_told_on_his_own_telephone_and_she_is_not(site, daughter, her_account, capsys):
    await filed(site, daughter, bank_card=HERS)
    clerk = Clerk(site)
    while await clerk.works():
        pass
    await clerk.sends(Channel.SMS)
    told = await rows(
        site,
        "SELECT a.handle, n.channel FROM notices n JOIN accounts a ON a.id = n.person_id WHERE n.words ->> 'kind' = 'account_questioned' ORDER BY 2",
    )
    assert [tuple(row.values()) for row in told] == [("father", "inbox"), ("father", "sms")]
    assert "收款账户要核实（林小燕替您办的）" in capsys.readouterr().out
    assert "收款账户，看起来是对方自己的" in (await (await site.person("father")).get("/inbox")).text
