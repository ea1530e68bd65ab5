"""What the database says was told, against what the sinks say arrived."""

from collections import Counter
from hashlib import sha256
from typing import Any

import asyncpg
import msgspec

from backend.core.db import connect
from backend.notifications.vapid import base64
from backend.settings import Settings
from tests.faults.sinks import Sinks


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`lost`: promised and neither there nor marked. `shown_twice`: one notice under two tags. `repeated`: taken by a sink more
    often than once. `untold`: an answer said it was done and nobody heard."""

    seed: int
    kills: dict[str, int]
    acknowledged: int
    events: int
    untold: int
    inbox: int
    inbox_doubled: int
    push: int
    push_lost: int
    push_repeated_same_tag: int
    push_shown_twice: int
    mail: int
    mail_lost: int
    mail_repeated: int
    mail_unknown: int
    text: int
    text_lost: int
    text_repeated: int
    text_unknown: int
    failed: int
    seconds_to_drain: float

    @property
    def held(self) -> bool:
        nothing = (
            self.untold, self.inbox_doubled, self.push_lost, self.push_shown_twice, self.mail_lost, self.text_lost,
            self.text_repeated, self.failed,
        )  # fmt: skip
        return not any(nothing) and self.acknowledged <= self.events and self.mail_repeated * 10 <= self.kills["worker"]


async def judged(
    settings: Settings, to: Sinks, seed: int, kills: dict[str, int], acknowledged: int, waited: float
) -> Verdict:
    owner = await connect(settings.login("owner"))
    try:
        rows = await owner.fetch(
            "SELECT id::text, event_id, person_id, channel, case_id::text, state FROM notices WHERE words->>'kind' = 'not_accepted'"
        )
        events, untold, doubled = await _told(owner)
    finally:
        await owner.close()
    tags, mails, texts = await to.tags(), to.mails(), to.texts()
    push, mail, text = ([row for row in rows if row["channel"] == channel] for channel in ("push", "email", "sms"))
    expected = {base64(sha256(row["case_id"].encode()).digest()[:24]) for row in push}
    return Verdict(
        seed=seed,
        kills=kills,
        acknowledged=acknowledged,
        events=events,
        untold=untold,
        inbox=sum(row["channel"] == "inbox" for row in rows),
        inbox_doubled=doubled,
        push=len(push),
        push_lost=len(expected - set(tags)),
        push_repeated_same_tag=_repeats(tags),
        push_shown_twice=len(set(tags) - expected),
        mail=len(mail),
        mail_lost=_lost(mail, mails),
        mail_repeated=_repeats(mails),
        mail_unknown=sum(row["state"] == "unknown" for row in mail),
        text=len(text),
        text_lost=_lost(text, texts),
        text_repeated=_repeats(texts),
        text_unknown=sum(row["state"] == "unknown" for row in text),
        failed=sum(row["state"] == "failed" for row in rows),
        seconds_to_drain=round(waited, 1),
    )


async def _told(owner: asyncpg.Connection) -> tuple[int, int, int]:
    """Events, those without a word in the inbox of whose they are, and words that are there twice."""
    row = await owner.fetchrow(
        """SELECT count(*) AS events, count(*) FILTER (WHERE n = 0) AS untold, count(*) FILTER (WHERE n > 1) AS doubled FROM (
               SELECT (SELECT count(*) FROM notices i WHERE i.event_id = e.id AND i.person_id = e.principal_id AND i.channel = 'inbox') AS n
               FROM events e WHERE e.kind = 'not_accepted') AS told"""
    )
    return row["events"], row["untold"], row["doubled"]


def _repeats(taken: Counter[str]) -> int:
    return sum(count - 1 for count in taken.values())


def _lost(rows: list[Any], taken: Counter[str]) -> int:
    """Said to be sent and never taken; or neither sent, nor unknown, nor answered by a newer word."""
    return sum(
        row["state"] not in ("sent", "unknown", "merged") or (row["state"] == "sent" and not taken[row["id"]])
        for row in rows
    )
