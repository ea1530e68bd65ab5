"""Who wants to be forgotten is, after seven days; what the archive keeps is read by the office alone, and nobody else."""

from datetime import timedelta

import obstore
import pytest

from backend.core.crypto import Unsealable
from backend.rights.erasing import LEDGER, clear_archives, erase_due, forget_again
from tests.rights.steps import as_owner, id_of

PERSONAL = ("contacts", "sessions", "passkeys", "push_subscriptions", "identities")


async def ended(site):
    """Whatever is open is done, whoever may act acts no more."""
    await as_owner(site, "UPDATE mandates SET ended_at = now(), end_reason = 'revoked' WHERE ended_at IS NULL")
    await as_owner(
        site,
        """WITH moved AS (UPDATE cases SET state = 'withdrawn', version = version + 1, decided_at = $1 WHERE decided_at IS NULL
                          RETURNING id, version, principal_id)
           INSERT INTO events (case_id, principal_id, kind, actor_kind, at, data)
           SELECT id, principal_id, 'withdrawn', 'citizen', $1, jsonb_build_object('version', version) FROM moved""",
        site.clock.now,
    )


async def leave(site, person, work):
    """She asks, and the worker does it when seven days are over."""
    await ended(site)
    answer = await person.post("/me/erase", data={"sure": "yes"})
    assert answer.status_code == 303, answer.text[:300]
    site.clock.now += timedelta(days=7)
    await erase_due(work)


async def test_all_that_stands_in_the_way_is_said_at_once_with_links(site, father):
    page = await father.get("/me/erase")
    numbers = await as_owner(site, "SELECT number FROM cases WHERE decided_at IS NULL")
    (mandate,) = await as_owner(site, "SELECT id FROM mandates WHERE principal_id = $1", await id_of(site, "father"))
    for href in (*(f"/cases/{row['number']}" for row in numbers), f"/mandates/{mandate['id']}"):
        assert href in page.text
    assert (await father.post("/me/erase", data={"sure": "yes"})).status_code == 422
    assert await as_owner(site, "SELECT 1 FROM erasures") == []


async def test_she_has_seven_days_to_change_her_mind(site, father, work):
    await ended(site)
    await father.post("/me/erase", data={"sure": "yes"})
    site.clock.now += timedelta(days=6, hours=23)
    await erase_due(work)
    back = await site.person("father")
    assert "/me/erase/cancel" in (await back.get("/me/erase")).text
    await back.post("/me/erase/cancel")
    site.clock.now += timedelta(days=30)
    await erase_due(work)
    assert (await (await site.person("father")).get("/me")).status_code == 200


async def test_who_begins_something_new_meanwhile_is_not_erased_but_told(site, father, work):
    await ended(site)
    await father.post("/me/erase", data={"sure": "yes"})
    await as_owner(
        site,
        """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, actions, consent_hash, valid_from, valid_to, granted_at)
           SELECT gen_random_uuid(), principal_id, agent_id, kind, created_via, actions, consent_hash, $1::date, $1::date + 90, $1
           FROM mandates WHERE principal_id = $2 LIMIT 1""",
        site.clock.now,
        await id_of(site, "father"),
    )
    site.clock.now += timedelta(days=8)
    await erase_due(work)
    assert (await (await site.person("father")).get("/me")).status_code == 200
    assert await as_owner(site, "SELECT 1 FROM events WHERE kind = 'erasure_held'")


async def test_signed_in_long_ago_is_not_enough(site, father):
    await ended(site)
    site.clock.now += timedelta(minutes=11)
    assert (await father.post("/me/erase", data={"sure": "yes"})).status_code == 403


async def test_everything_that_is_hers_goes_and_her_key_opens_nothing_any_more(site, father, work):
    account = await id_of(site, "father")
    (before,) = await as_owner(site, "SELECT key_wrapped FROM accounts WHERE id = $1", account)
    (case,) = await as_owner(site, "SELECT id, facts_sealed FROM cases WHERE principal_id = $1 LIMIT 1", account)
    kept_elsewhere = case["facts_sealed"]
    await leave(site, father, work)
    for table in PERSONAL:
        assert await as_owner(site, f"SELECT 1 FROM {table} WHERE account_id = $1", account) == [], table
    for table in ("parties", "carts"):
        rows = await as_owner(
            site,
            f"SELECT 1 FROM {table} x WHERE principal_id = $1 AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.cart_id = x.id)",
            account,
        )
        assert rows == [], table
    (row,) = await as_owner(site, "SELECT key_wrapped, name_sealed, handle FROM accounts WHERE id = $1", account)
    vault = site.app.state.vault
    assert row["handle"] is None
    assert row["key_wrapped"] != before["key_wrapped"]
    assert vault.key(row["key_wrapped"]).open(row["name_sealed"], f"name:{account}").decode() == "已注销"
    with pytest.raises(Unsealable):
        vault.key(row["key_wrapped"]).open(kept_elsewhere, f"facts:{case['id']}")
    assert (await father.get("/me")).status_code == 303


async def test_numbers_chains_and_clocks_still_hold(site, father, work):
    counted = "SELECT (SELECT count(*) FROM cases) AS cases, (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM mandate_events) AS lines"
    await ended(site)
    (before,) = await as_owner(site, counted)
    dues = await as_owner(site, "SELECT number, state, due, received_at FROM cases ORDER BY number")
    await leave(site, father, work)
    assert await as_owner(site, counted) == [before]
    assert await as_owner(site, "SELECT number, state, due, received_at FROM cases ORDER BY number") == dues
    assert await as_owner(site, "SELECT * FROM journal_faults()") == []


async def test_the_office_still_reads_the_case_and_its_files_until_the_day_and_then_nobody(site, father, work):
    (row,) = await as_owner(
        site,
        """SELECT c.number, (SELECT f.file_id FROM case_files f WHERE f.case_id = c.id LIMIT 1) AS file FROM cases c
           WHERE c.department_id = '民政局' AND EXISTS (SELECT 1 FROM case_files f WHERE f.case_id = c.id) LIMIT 1""",
    )
    await leave(site, father, work)
    officer = await site.person("officer-civil")
    page = await officer.get(f"/desk/cases/{row['number']}")
    assert page.status_code == 200
    assert "林长福" in page.text
    await officer.post(f"/desk/cases/{row['number']}/files/{row['file']}/look")
    assert (await officer.get(f"/files/{row['file']}")).content.startswith(b"\xff\xd8")
    assert (await (await site.person("officer-housing")).get(f"/desk/cases/{row['number']}")).status_code == 404
    site.clock.now += timedelta(days=366 * 31)
    await clear_archives(work)
    gone = await (await site.person("officer-civil")).get(f"/desk/cases/{row['number']}")
    assert gone.status_code in (200, 404)
    assert "林长福" not in gone.text


async def test_the_same_number_opens_a_new_empty_account(site, father, work):
    (phone,) = await as_owner(
        site, "SELECT value_blind FROM contacts WHERE kind = 'phone' AND account_id = $1", await id_of(site, "father")
    )
    assert await as_owner(site, "SELECT id FROM account_at($1)", phone["value_blind"])
    await leave(site, father, work)
    assert await as_owner(site, "SELECT id FROM account_at($1)", phone["value_blind"]) == []


async def test_when_the_agent_leaves_the_principal_keeps_the_words_and_the_journal(site, father, work):
    daughter = await site.person("daughter")
    (mandate,) = await as_owner(site, "SELECT id FROM mandates WHERE agent_id = $1", await id_of(site, "daughter"))
    await leave(site, daughter, work)
    page = (await (await site.person("father")).get(f"/mandates/{mandate['id']}")).text
    assert "已注销" in page
    assert "本人林长福授权" in page


async def test_a_restored_backup_forgets_her_again(site, father, work):
    account = await id_of(site, "father")
    before = await as_owner(site, "SELECT key_wrapped, name_sealed FROM accounts WHERE id = $1", account)
    cases = await as_owner(site, "SELECT id, facts_sealed FROM cases WHERE principal_id = $1", account)
    files = await as_owner(site, "SELECT id, store_key, name_sealed FROM files WHERE principal_id = $1", account)
    held = await as_owner(site, "SELECT id, sealed, store_key FROM certificates WHERE holder_id = $1", account)
    assert held, "the allowance that was granted at once"
    await leave(site, father, work)
    listed = [entry["path"] for part in obstore.list(site.app.state.files, LEDGER) for entry in part]
    assert listed == [f"{LEDGER}{account}"]
    await as_owner(
        site,
        "UPDATE accounts SET key_wrapped = $2, name_sealed = $3, erased_at = NULL WHERE id = $1",
        account,
        *before[0],
    )
    await as_owner(site, "DELETE FROM archives")
    for case in cases:
        await as_owner(site, "UPDATE cases SET facts_sealed = $2 WHERE id = $1", case["id"], case["facts_sealed"])
    for file in files:
        await as_owner(site, "UPDATE files SET store_key = $2, name_sealed = $3 WHERE id = $1", *file)
    for one in held:
        await as_owner(site, "UPDATE certificates SET sealed = $2, store_key = $3 WHERE id = $1", *one)
    await forget_again(work)
    (row,) = await as_owner(site, "SELECT erased_at, key_wrapped FROM accounts WHERE id = $1", account)
    assert row["erased_at"] is not None
    assert row["key_wrapped"] != before[0]["key_wrapped"]
