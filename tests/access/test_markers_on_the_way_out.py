"""What leaves the house: text messages, letters, e-mails and pushes name who acted for her, and nothing else of anybody's."""

from datetime import UTC, datetime

import msgspec
import pytest

from backend.core.crypto import Vault
from backend.core.db import connect, open_pool
from backend.core.render import saying
from backend.notifications.messages import message, push_words
from backend.notifications.model import Words
from backend.notifications.on_paper_and_phone import agent_of, letter_of, text_of, text_tasks
from tests.access.city import AUNT, MARKS, City
from tests.access.conftest import Prepared
from tests.access.table import DAUGHTER, FATHER, HELPER
from tests.access.test_markers import EVERY_MARK

AGENTS = {FATHER: DAUGHTER, AUNT: HELPER}


@pytest.mark.parametrize("principal", sorted(AGENTS))
async def test_a_text_message_and_a_letter_name_the_agent_alone(principal: str, prepared: Prepared, city: City) -> None:
    worker, vault = await open_pool(prepared.settings.login("worker"), 2), Vault(prepared.settings.master_key or "")
    told = await worker.fetch(
        "SELECT id FROM notices WHERE channel = 'sms' AND person_id = $1 ORDER BY event_id", city.ids[principal]
    )
    assert told, "without any this proves nothing"
    for task in await text_tasks(worker, [row["id"] for row in told]):
        for words in (text_of, letter_of):
            with saying("zh-Hans", datetime(2026, 9, 25, tzinfo=UTC).date()) as said:
                text = said(words(task, agent_of(vault, task)))
            assert [mark for mark in EVERY_MARK if mark in text] == [MARKS[AGENTS[principal]].name], text
            assert "12345" in text
    await worker.close()


async def test_nobody_but_the_principal_is_written_to_about_what_was_done(prepared: Prepared, city: City) -> None:
    """By text message and by post; an agent reads it in her inbox."""
    worker = await connect(prepared.settings.login("worker"))
    people = await worker.fetch(
        """SELECT DISTINCT n.person_id, e.principal_id FROM notices n JOIN events e ON e.id = n.event_id WHERE n.channel IN ('sms', 'letter')"""
    )
    assert {row["person_id"] for row in people} == {city.ids[FATHER], city.ids[AUNT]}
    assert all(row["person_id"] == row["principal_id"] for row in people)
    await worker.close()


async def test_mails_and_pushes_name_nobody(prepared: Prepared) -> None:
    worker = await connect(prepared.settings.login("worker"))
    for row in await worker.fetch("SELECT DISTINCT words FROM notices"):
        words = msgspec.convert(row["words"], Words)
        full = message(words)
        with saying("zh-Hans", datetime(2026, 9, 25, tzinfo=UTC).date()) as said:
            texts = [said(part) for part in (full.title, full.happened, full.todo, full.until) if part]
        assert [mark for mark in EVERY_MARK for text in (*texts, *push_words(words)) if mark in text] == []
    await worker.close()
