"""Whoever watches a case is told of each move at once, over real connections, also after they were lost."""

import msgspec

from backend.cases import routes
from backend.settings import Settings
from tests.cases.town import Town
from tests.streams import heard, stream
from tests.web import Site, StoppedClock, running


async def test_the_stream_says_changed_and_ends_when_the_mandate_does(settings: Settings, own_town: Town) -> None:
    case = await own_town.filed()
    async with running(msgspec.structs.replace(settings, demo=True), StoppedClock(own_town.now)) as site:
        daughter = await site.person("daughter")
        await daughter.post(
            "/acting", data={"mandate": str(own_town.mandate), "principal": str(own_town.ids["father"])}
        )
        async with stream(site, daughter, f"/cases/{case.number}/events") as pieces:
            assert await heard(pieces) == "200"
            assert "event: open" in await heard(pieces)
            case = await own_town.moved(case, "officer", "accepted")
            assert "event: changed\r\ndata: 2" in await heard(pieces)
            async with own_town.tx("father") as tx:
                await tx.db.execute(
                    "UPDATE mandates SET ended_at = now(), end_reason = 'revoked' WHERE id = $1", own_town.mandate
                )
            await own_town.moved(case, "officer", "granted")
            assert "event: end" in await heard(pieces)


async def test_what_happened_between_the_page_and_the_stream_is_not_missed(site: Site, town: Town) -> None:
    case = await town.filed()
    father = await site.person("father")
    assert f"/cases/{case.number}/events?version=1" in (await father.get(f"/cases/{case.number}")).text
    await town.moved(case, "officer", "accepted")
    async with stream(site, father, f"/cases/{case.number}/events?version=1") as pieces:
        assert await heard(pieces) == "200"
        await heard(pieces)
        assert "event: changed\r\ndata: 2" in await heard(pieces)


async def test_a_watched_case_holds_no_connection_and_silence_is_pinged(site: Site, town: Town, monkeypatch) -> None:
    monkeypatch.setattr(routes, "PING", 0.05)
    case = await town.filed()
    father = await site.person("father")
    async with stream(site, father, f"/cases/{case.number}/events") as pieces:
        assert await heard(pieces) == "200"
        await heard(pieces)
        assert await heard(pieces) == ": ping\r\n\r\n"
        pool = site.app.state.pool
        assert pool.get_size() == pool.get_idle_size()


async def test_a_stranger_cannot_listen(site: Site, town: Town) -> None:
    case = await town.filed()
    assert (await (await site.person("stranger")).get(f"/cases/{case.number}/events")).status_code == 404
    assert (await (await site.person("officer")).get(f"/cases/{case.number}/events")).status_code == 404
    assert (await site.stranger().get(f"/cases/{case.number}/events")).headers["location"].startswith("/sign-in")
