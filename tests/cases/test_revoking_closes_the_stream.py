"""Taking a mandate back closes what the agent has open, without anything happening in the case, and refuses her next request."""

import msgspec

from backend.settings import Settings
from tests.cases.town import Town
from tests.streams import heard, stream
from tests.web import StoppedClock, running


async def test_the_agents_stream_ends_and_her_next_request_is_refused(settings: Settings, own_town: Town) -> None:
    case = await own_town.filed()
    async with running(msgspec.structs.replace(settings, demo=True), StoppedClock(own_town.now)) as site:
        daughter, father = await site.person("daughter"), await site.person("father")
        chosen = {"mandate": str(own_town.mandate), "principal": str(own_town.ids["father"])}
        await daughter.post("/acting", data=chosen)
        assert (await daughter.get(f"/cases/{case.number}")).status_code == 200
        async with stream(site, daughter, f"/cases/{case.number}/events") as pieces:
            assert await heard(pieces) == "200"
            assert "event: open" in await heard(pieces)
            answer = await father.post(f"/mandates/{own_town.mandate}/revocation")
            assert answer.status_code == 303
            assert (await daughter.get(f"/cases/{case.number}")).status_code == 404
            assert "event: end" in await heard(pieces)
        assert (await father.get(f"/cases/{case.number}")).status_code == 200
