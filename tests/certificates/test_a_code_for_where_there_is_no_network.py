"""A code that is carried along: signed, short-lived, few words; whoever checks it reads how things stand now and what it does not prove."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.catalogue.queries import city
from backend.certificates.carried import KIND, Statement, read, written
from backend.certificates.routes_carried import statement_of, to_carry
from backend.core.keyring import keyring_from
from tests.certificates.holding import REVOKE, give, owner_says
from tests.certificates.test_show_a_certificate import CARD
from tests.orders.conftest import database, filled, site  # noqa: F401
from tests.orders.shopping import transaction

NOW = datetime(2026, 9, 25, 2, 0, tzinfo=UTC)
KEYS = keyring_from(b"k" * 32)


def statement(**changed: object) -> Statement:
    said = {
        "kind": KIND, "digest": b"d" * 32, "type": "elder_card", "issuer": "海口市民政局", "purpose": "whose",
        "fields": [("person.name", "林长福")], "begun": int(NOW.timestamp()), "ends": int(NOW.timestamp()) + 3600,
    }  # fmt: skip
    return Statement(**(said | changed))


def test_what_was_signed_is_read_until_its_time_is_over():
    text = written(KEYS, statement())
    assert read(KEYS, text, NOW) == statement()
    assert read(KEYS, f"https://example.test/carried#{text}", NOW) == statement()
    assert read(KEYS, text, NOW + timedelta(hours=1)) == "expired"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_whatever_is_changed_in_it_makes_it_forged(place: int):
    parts = written(KEYS, statement()).split(".")
    parts[place] = ("B" if parts[place][0] != "B" else "C") + parts[place][1:]
    assert read(KEYS, ".".join(parts), NOW) == "forged"


def test_nothing_else_the_platform_signs_is_taken_for_one():
    assert read(KEYS, written(KEYS, statement(kind="another")), NOW) == "forged"
    assert read(KEYS, written(keyring_from(b"x" * 32), statement()), NOW) == "forged"
    assert (
        read(KEYS, written(KEYS, statement(begun=int(NOW.timestamp()) + 86400, ends=int(NOW.timestamp()) + 90000)), NOW)
        == "forged"
    )
    for text in ("", "a.b", "a.b.c", "é.é.é", "x" * 5000):
        assert read(KEYS, text, NOW) == "forged"


async def test_it_is_made_with_a_network_and_checked_with_one(site):  # noqa: F811
    father = await site.person("father")
    card = await give(site, "father", "elder_card", CARD)
    at = f"/certificates/{card}/carried"
    assert (await father.post(at, data={"purpose": "whose", "hours": "48"})).status_code == 422
    made = await father.post(at, data={"purpose": "whose", "hours": "8"})
    assert made.status_code == 303
    place = made.headers["location"]
    page = await father.get(place)
    assert page.headers["cache-control"] == "no-store"
    assert "X-Offline" not in page.headers, "the service worker may seal it on her own phone"
    assert "没有信号也能打开" in page.text
    far = place.rsplit("/", 1)[0] + "/" + str(int(site.clock.now.timestamp()) + 90_000)
    assert (await father.get(far)).status_code == 404, "a day is the longest"

    text = await code_of(site, father, place)
    gate = site.stranger()
    page = (await gate.post("/carried", data={"text": text})).text
    assert "签名是真的，证照现在有效" in page
    assert "林长福" in page
    assert "1944" not in page, "only what the purpose needs"
    assert "证明不了面前的人就是本人" in page
    assert "扫码的人" in (await father.get(f"/certificates/{card}/looks")).text
    (told,) = await owner_says(site, "SELECT kind FROM events WHERE kind = 'certificate_shown'")
    assert told["kind"] == "certificate_shown"
    assert (await gate.post("/carried", data={"text": text[:-3]})).status_code == 409
    assert (await gate.post("/carried", data={})).status_code == 422

    await owner_says(site, REVOKE, card)
    page = (await gate.post("/carried", data={"text": text})).text
    assert "签名是真的，但证照已吊销" in page
    assert (await father.get(place)).status_code == 409
    site.clock.now += timedelta(hours=8)
    assert "这个码过时了" in (await gate.post("/carried", data={"text": text})).text


async def code_of(site, father, place: str) -> str:  # noqa: F811
    """What a scanner reads off the page: what the page was drawn from."""
    card, _word, purpose, until = re.findall(r"[^/]+", place)[1:]
    async with transaction(site, father) as tx:
        one, pack = await to_carry(tx, UUID(card)), (await city(tx.db)).pack
        said = statement_of(one, pack, purpose, tx.now, int(until))
        return written(tx.vault.keyring, said)
