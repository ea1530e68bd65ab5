"""A browser's subscription: bound to who is signed in, refused when we would not call there."""

import msgspec
import pytest
import pytest_asyncio

from backend.notifications.vapid import public_key
from tests.notifications.knocks import as_owner, browser_keys
from tests.web import StoppedClock, agree, running

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


@pytest_asyncio.fixture
async def site(town):
    async with running(town.settings, StoppedClock(town.now)) as site:
        yield site


def a_subscription(endpoint=ENDPOINT, keys=None):
    p256dh, auth = keys or browser_keys()
    return {"endpoint": endpoint, "expirationTime": None, "keys": {"p256dh": p256dh, "auth": auth}}


async def willing(site, handle="father"):
    """Signed in, and agreed to be told through push services."""
    return await agree(await site.person(handle), "push")


async def kept(town):
    rows = await as_owner(town, "SELECT account_id, endpoint FROM push_subscriptions ORDER BY created_at")
    return [(row["account_id"], row["endpoint"]) for row in rows]


async def test_the_public_key_is_for_everybody(town, site):
    assert (await site.stranger().get("/push/key")).json() == {"key": public_key(town.settings.vapid_key)}


async def test_where_there_is_no_key_there_is_no_push(town):
    async with running(msgspec.structs.replace(town.settings, vapid_key=None), StoppedClock(town.now)) as site:
        assert (await site.stranger().get("/push/key")).status_code == 404
        assert "data-push" not in (await (await site.person("father")).get("/inbox")).text


async def test_a_subscription_is_kept_for_whoever_is_signed_in(town, site):
    father = await willing(site)
    body = a_subscription()
    assert (await father.post("/push/subscription", json=body)).status_code == 204
    assert (await father.post("/push/subscription", json=body)).status_code == 204
    assert await kept(town) == [(town.ids["father"], ENDPOINT)]


async def test_nobody_subscribes_without_signing_in(town, site):
    assert (await site.stranger().post("/push/subscription", json=a_subscription())).status_code == 401
    assert await kept(town) == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "https://evil.example/x",
        "",
        "https://fcm.googleapis.com@10.0.0.1/",
    ],
)
async def test_an_endpoint_we_would_not_call_is_refused_in_plain_words(town, site, endpoint):
    answer = await (await willing(site)).post("/push/subscription", json=a_subscription(endpoint))
    assert answer.status_code == 422
    assert "消息都会放在收件箱里" in answer.text
    assert await kept(town) == []


@pytest.mark.parametrize(
    "keys", [("", ""), ("AAAA", "AAAA"), ("é", "é"), ("B" * 87, "A" * 22), (browser_keys()[0], "AAAA"), ("\0", "\0")]
)
async def test_keys_that_are_none_are_refused(town, site, keys):
    answer = await (await willing(site)).post("/push/subscription", json=a_subscription(keys=keys))
    assert answer.status_code in (400, 422)
    assert await kept(town) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "x",
        {"endpoint": 7, "keys": {}},
        {"endpoint": ENDPOINT},
        {"endpoint": "a" * 3000, "keys": {"p256dh": "", "auth": ""}},
    ],
)
async def test_what_no_browser_sends_is_refused_without_a_500(site, body):
    assert (await (await willing(site)).post("/push/subscription", json=body)).status_code == 400


async def test_the_next_to_sign_in_on_a_shared_phone_takes_it_over(town, site):
    body = a_subscription()
    await (await willing(site)).post("/push/subscription", json=body)
    await (await willing(site, "daughter")).post("/push/subscription", json=body)
    assert await kept(town) == [(town.ids["daughter"], ENDPOINT)]


async def test_knowing_an_endpoint_is_not_enough_to_take_it(town, site):
    await (await willing(site)).post("/push/subscription", json=a_subscription())
    answer = await (await willing(site, "stranger")).post("/push/subscription", json=a_subscription())
    assert answer.status_code == 409
    assert await kept(town) == [(town.ids["father"], ENDPOINT)]


async def test_a_subscription_is_taken_back_by_its_owner_alone(town, site):
    await (await willing(site)).post("/push/subscription", json=a_subscription())
    for who, left in (("stranger", 1), ("father", 0)):
        person = await site.person(who)
        answer = await person.request("DELETE", "/push/subscription", json={"endpoint": ENDPOINT})
        assert answer.status_code == 204
        assert len(await kept(town)) == left


async def test_a_renewed_subscription_replaces_the_old_one(town, site):
    father = await willing(site)
    await father.post("/push/subscription", json=a_subscription())
    fresh = a_subscription("https://fcm.googleapis.com/fcm/send/new")
    answer = await father.post("/push/renewal", json={"old": ENDPOINT, "subscription": fresh})
    assert answer.status_code == 204
    assert await kept(town) == [(town.ids["father"], "https://fcm.googleapis.com/fcm/send/new")]


async def test_a_person_keeps_her_newest_ten_browsers(town, site):
    father = await willing(site)
    for n in range(12):
        site.clock.now = town.now.replace(minute=n)
        await father.post("/push/subscription", json=a_subscription(f"https://fcm.googleapis.com/fcm/send/{n}"))
    assert [int(endpoint.rpartition("/")[2]) for _, endpoint in await kept(town)] == list(range(2, 12))


async def test_without_her_consent_no_push_service_learns_of_her(town, site):
    father = await site.person("father")
    assert "/me/consents?next=/inbox#push" in (await father.get("/inbox")).text
    answer = await father.post("/push/subscription", json=a_subscription())
    assert answer.status_code == 403
    assert await kept(town) == []


async def test_withdrawing_the_consent_deletes_the_addresses_of_all_her_browsers(town, site):
    father, daughter = await willing(site), await willing(site, "daughter")
    await father.post("/push/subscription", json=a_subscription())
    await father.post("/push/subscription", json=a_subscription("https://fcm.googleapis.com/fcm/send/tablet"))
    await daughter.post("/push/subscription", json=a_subscription("https://fcm.googleapis.com/fcm/send/hers"))
    await father.post("/me/consents/push/withdrawal")
    assert await kept(town) == [(town.ids["daughter"], "https://fcm.googleapis.com/fcm/send/hers")]
    assert (await father.post("/push/subscription", json=a_subscription())).status_code == 403
