"""From the event to the letter with nothing called by hand: the jobs as a worker finds them."""

from datetime import timedelta

import msgspec

from backend.core.db import connect
from backend.features import gathered, job_handlers
from backend.notifications import actions
from backend.notifications.model import Channel
from tests.core.working import a_worker, until
from tests.fakes.mail_server import mail_server
from tests.notifications.knocks import as_owner, give_email, notices


async def test_an_agents_filing_becomes_a_letter_to_the_principal(town, monkeypatch):
    monkeypatch.setitem(actions.WAITS, Channel.EMAIL, timedelta(seconds=6))
    await give_email(town, "father", "father@example.org")
    async with mail_server() as server:
        handlers, _ = job_handlers()
        settings = msgspec.structs.replace(town.settings, smtp_url=server.url)
        owner = await connect(settings.login("owner"))
        case = await town.filed("daughter")
        await town.moved(case, "officer", "accepted")
        async with a_worker(settings, handlers, loops=gathered("jobs", "LOOPS")):
            await until(owner, "SELECT count(*) = 0 FROM pgqueuer WHERE entrypoint = 'notify'", patience=60)
            await until(
                owner, "SELECT bool_and(state IN ('sent', 'merged')) FROM notices WHERE channel = 'email'", patience=60
            )
        await owner.close()
    assert [letter["Subject"] for letter in server.letters] == ["护理补贴：已受理"]
    assert server.recipients == [["father@example.org"]]
    assert ("filed", "email", "merged") in await notices(town, "father")
    assert await as_owner(town, "SELECT 1 FROM pgqueuer WHERE status = 'failed'") == []
