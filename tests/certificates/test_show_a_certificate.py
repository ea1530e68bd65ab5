"""A certificate on a telephone: a code for one purpose, read once by the telephone that opened it, and told to the holder."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.certificates.holding import REVOKE, SUSPEND, give, owner_says
from tests.orders.conftest import database, filled, site  # noqa: F401

CARD = {"person.name": "林长福", "person.birth_date": "1944-03-05"}
STRICT = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-offline": "never"}


@pytest.fixture
async def father(site):  # noqa: F811
    person = await site.person("father")
    person.card = await give(site, "father", "elder_card", CARD)
    return person


async def begun(father, purpose="whose"):
    answer = await father.post(f"/certificates/{father.card}/showings", data={"purpose": purpose})
    assert answer.status_code == 303, answer.text[:400]
    return answer.headers["location"]


async def scanned(father, where) -> str:
    """The path in the QR that stands on the page now; the API says what the picture holds."""
    answer = await father.get(f"/api/v1{where}")
    return "/look/" + answer.json()["address"].rpartition("/")[2]


async def opened(somebody, path) -> str:
    page = await somebody.get(path)
    assert page.status_code == 200, page.text[:400]
    for name, value in STRICT.items():
        assert page.headers[name] == value
    return re.search(r'name="bound" value="([0-9a-f]+)"', page.text)[1]


async def looked(somebody, path):
    """Opens the page and takes the look; the answer's page, or the refusal."""
    answer = await somebody.post(path, data={"bound": await opened(somebody, path)})
    return await somebody.get(answer.headers["location"]) if answer.status_code == 303 else answer


async def test_she_chooses_what_for_and_reads_what_the_other_side_will_see(father):
    page = (await father.get(f"/certificates/{father.card}/show")).text
    assert "对方看到：姓名，和现在有没有效" in page
    assert "对方看到：这是什么证，和现在有没有效" in page
    assert "姓名、出生日期" in page
    assert (
        await father.post(f"/certificates/{father.card}/showings", data={"purpose": "all of it"})
    ).status_code == 422


async def test_whoever_scans_it_sees_what_the_purpose_needs_and_both_read_the_same_number(site, father):  # noqa: F811
    where = await begun(father)
    page = (await father.get(where)).text
    assert "data:image/svg+xml" in page
    assert "秒" in page
    verifier = site.stranger()
    seen = await looked(verifier, await scanned(father, where))
    assert seen.status_code == 200
    assert "有效" in seen.text
    assert "林长福" in seen.text
    assert "1944" not in seen.text
    assert "1.2.156.3005.2" not in seen.text
    mark = re.search(r'receipt-number num">(\d\d)<', seen.text)[1]
    page = (await father.get(where)).text
    assert f'receipt-number num">{mark}<' in page
    assert "扫码的人" in page


@pytest.mark.parametrize(
    ("purpose", "there", "not_there"),
    [("valid", ["老年人优待证", "有效"], ["林长福", "1944"]), ("whole", ["林长福", "1944", "1.2.156.3005.2"], [])],
)
async def test_each_purpose_shows_its_own_fields(site, father, purpose, there, not_there):  # noqa: F811
    page = (await looked(site.stranger(), await scanned(father, await begun(father, purpose)))).text
    assert [words for words in there if words not in page] == []
    assert [words for words in not_there if words in page] == []


async def test_a_preview_of_the_link_uses_nothing_up_and_says_nothing_of_a_person(site, father):  # noqa: F811
    path = await scanned(father, await begun(father))
    for _look in range(3):
        page = await site.stranger().get(path)
        assert "林长福" not in page.text
    assert (await looked(site.stranger(), path)).status_code == 200


async def test_a_second_use_and_a_forwarded_link_are_refused_with_the_reason(site, father):  # noqa: F811
    path = await scanned(father, await begun(father))
    verifier, other = site.stranger(), site.stranger()
    bound = await opened(verifier, path)
    forwarded = await other.post(path, data={"bound": bound})
    assert forwarded.status_code == 409
    assert "扫码的那台手机" in forwarded.text
    first = await verifier.post(path, data={"bound": bound})
    assert first.status_code == 303
    again = await verifier.post(path, data={"bound": bound})
    assert again.headers["location"] == first.headers["location"], "a double tap reads its own answer"
    assert (await other.get(first.headers["location"])).status_code == 404
    late = await other.get(path)
    assert late.status_code == 409
    assert "已经有人看过" in late.text
    assert len(await owner_says(site, "SELECT 1 FROM certificate_looks")) == 1


async def test_one_of_two_telephones_at_the_same_moment_is_first(site, father):  # noqa: F811
    path = await scanned(father, await begun(father))
    people = [site.stranger() for _n in range(8)]
    bounds = [await opened(one, path) for one in people]
    answers = await asyncio.gather(*(p.post(path, data={"bound": b}) for p, b in zip(people, bounds, strict=True)))
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * 7


async def test_a_code_lives_a_minute_and_a_half_and_the_next_one_is_another(site, father):  # noqa: F811
    where = await begun(father)
    old = await scanned(father, where)
    site.clock.now += timedelta(seconds=60)
    assert (await father.post(f"{where}/codes")).status_code == 303
    new = await scanned(father, where)
    assert new != old
    assert (await site.stranger().get(old)).status_code == 200, "whoever scanned it a moment ago may go on"
    site.clock.now += timedelta(seconds=31)
    gone = await site.stranger().get(old)
    assert gone.status_code == 409
    assert "过时了" in gone.text
    assert (await looked(site.stranger(), new)).status_code == 200


async def test_after_ten_minutes_there_is_no_other_code(site, father):  # noqa: F811
    where = await begun(father)
    path = await scanned(father, where)
    site.clock.now += timedelta(minutes=10)
    await father.post(f"{where}/codes")
    assert "亮证结束了" in (await father.get(where)).text
    assert (await site.stranger().get(path)).status_code == 409


async def test_she_ends_it_at_once(site, father):  # noqa: F811
    where = await begun(father)
    path = await scanned(father, where)
    verifier = site.stranger()
    bound = await opened(verifier, path)
    await father.post(f"{where}/end")
    refused = await verifier.post(path, data={"bound": bound})
    assert refused.status_code == 409
    assert "结束亮证" in refused.text


@pytest.mark.parametrize(("state", "said"), [(REVOKE, "已吊销"), (SUSPEND, "已暂停使用")])
async def test_what_holds_no_more_says_so_to_whoever_looks(site, father, state, said):  # noqa: F811
    path = await scanned(father, await begun(father))
    await owner_says(site, state, father.card)
    page = (await looked(site.stranger(), path)).text
    assert said in page
    assert "现在不能用" in page
    assert "等核实" not in page, "the reason is between her and the issuer"


async def test_one_that_runs_out_meanwhile_says_so_and_is_not_offered_any_more(site):  # noqa: F811
    site.clock.now = datetime(2026, 9, 25, 15, 59, tzinfo=UTC)  # a minute before midnight
    buyer = await site.person("buyer")
    buyer.card = await give(site, "buyer", "elder_card", CARD, until=date(2026, 9, 25))
    path = await scanned(buyer, await begun(buyer))
    site.clock.now += timedelta(seconds=61)
    assert "已过期" in (await looked(site.stranger(), path)).text
    page = (await buyer.get(f"/certificates/{buyer.card}")).text
    assert "给人看（亮证）" not in page
    assert "所以没有“给人看”" in page
    page = (await buyer.get(f"/certificates/{buyer.card}/show")).text
    assert "出示二维码" not in page
    assert "已过期" in page
    refused = await buyer.post(f"/certificates/{buyer.card}/showings", data={"purpose": "whose"})
    assert (refused.status_code, "没有出示" in refused.text) == (409, True)


async def test_what_was_altered_is_worth_nothing(site, father):  # noqa: F811
    path = await scanned(father, await begun(father))
    await owner_says(site, "ALTER TABLE certificates DISABLE TRIGGER certificates_stand")
    await owner_says(site, "UPDATE certificates SET signature = decode(repeat('00', 64), 'hex')")
    page = (await looked(site.stranger(), path)).text
    assert "内容被改动过" in page
    assert "林长福" not in page


async def test_each_look_is_kept_and_the_holder_is_told(site, father):  # noqa: F811
    await looked(site.stranger(), await scanned(father, await begun(father)))
    officer = await site.person("officer-civil")
    await looked(officer, await scanned(father, await begun(father, "whole")))
    page = (await father.get(f"/certificates/{father.card}/looks")).text
    assert "扫码的人" in page
    assert "民政局" in page
    events = await owner_says(
        site, "SELECT id, actor_kind, data FROM events WHERE kind = 'certificate_shown' ORDER BY id"
    )
    assert [event["actor_kind"] for event in events] == ["machine", "officer"]
    told = await owner_says(site, "SELECT count(*) AS n FROM pgqueuer WHERE entrypoint = 'notify'")
    assert told[0]["n"] >= 2


async def test_nobody_but_her_shows_it_and_a_wrong_guess_is_counted(site, father):  # noqa: F811
    where = await begun(father)
    for handle in ("buyer", "officer-civil"):
        somebody = await site.person(handle)
        assert (await somebody.get(where)).status_code == 404
        assert (
            await somebody.post(f"/certificates/{father.card}/showings", data={"purpose": "whose"})
        ).status_code == 404
        assert (await somebody.post(f"{where}/end")).status_code == 404
    verifier = site.stranger()
    bound = await opened(verifier, await scanned(father, where))
    assert (await verifier.post("/look/guessed", data={"bound": bound})).status_code == 409
    assert (await verifier.get("/look/guessed")).status_code == 404


async def test_a_windows_scanner_reads_once_and_a_replay_is_the_same_answer(site, father):  # noqa: F811
    created = await father.post(
        f"/api/v1/certificates/{father.card}/showings", json={"purpose": "whole"}, headers={"Idempotency-Key": "shown-at-a-window"}
    )  # fmt: skip
    assert created.status_code == 201, created.text
    officer, key = await site.person("officer-civil"), {"Idempotency-Key": "scanned-at-a-window"}
    token = {"token": created.json()["address"]}
    first = await officer.post("/api/v1/looks", json=token, headers=key)
    assert first.status_code == 201, first.text
    assert (first.json()["standing"], first.json()["fields"][0]["value"]) == ("valid", "林长福")
    again = await officer.post("/api/v1/looks", json=token, headers=key)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await officer.post("/api/v1/looks", json=token, headers={"Idempotency-Key": "scanned-once-more"})
    assert other.status_code == 409
    assert "已经有人看过" in other.text
    assert (await father.get(created.headers["location"])).json()["looked_by"].endswith("民政局")
    assert (
        await officer.post("/api/v1/looks", json={"token": "x"}, headers={"Idempotency-Key": "nothing-here"})
    ).status_code == 404


async def test_thirty_wrong_guesses_an_hour_and_no_more(site):  # noqa: F811
    officer = await site.person("officer-civil")
    answers = [
        await officer.post(
            "/api/v1/looks", json={"token": f"wrong-{n}"}, headers={"Idempotency-Key": f"a-guess-{n:03}"}
        )
        for n in range(31)
    ]
    assert [answer.status_code for answer in answers] == [404] * 30 + [429]
