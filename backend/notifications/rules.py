"""Who is told where, and what follows from how an attempt to send ended. Pure."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from email.utils import parsedate_to_datetime
from uuid import UUID

from backend.cases.states import Notice
from backend.notifications.messages import QUESTIONED, loudness
from backend.notifications.model import Answer, Channel, Happening, Sending

FIRST_PAUSE, LONGEST_PAUSE = 30.0, 300.0  # seconds
LONGEST_ASKED = 3600.0  # seconds: no other side makes us wait longer at once
GIVE_UP = 24 * 3600.0  # seconds after the notice was made
LONGEST_PROBLEM = 200


def channels(told: Happening, open_channels: frozenset[Channel]) -> list[Channel]:
    """The inbox always; a knock only for those who did not do it themselves a moment ago."""
    if loudness(told.kind, told.actor_kind) is Notice.NONE or (told.kind == QUESTIONED and not told.for_her):
        return []  # whose account is questioned need not hear of it first
    knocks = () if told.did_it else _knocks(told)
    return [Channel.INBOX, *(channel for channel, reachable in knocks if reachable and channel in open_channels)]


def _knocks(told: Happening) -> list[tuple[Channel, bool]]:
    """Of what an agent files in one go she hears once. By text message, or by post where nothing else reaches her, she hears
    what an agent did for her, what is asked of her, and what came of it.

    Of what she filed herself a text message comes only with her consent (`sms`). What must be served on her, a question or a
    decision, comes without it where neither push nor mail reaches her, and by letter where no phone does.
    """
    if told.for_her and (told.in_filing or not told.first):
        return []
    served = loudness(told.kind) in (Notice.RESULT, Notice.NEEDS_YOU)
    loud = served or told.actor_kind == "agent"
    to_her = (told.for_her and loud) or (told.hers and served and not told.in_filing)
    silent = not (told.has_push or told.has_email)
    may_text = told.for_her or told.sms_agreed or silent
    return [
        (Channel.PUSH, told.has_push),
        (Channel.EMAIL, told.has_email),
        (Channel.SMS, to_her and told.has_phone and may_text),
        (Channel.LETTER, to_her and told.has_address and silent and not told.has_phone),
    ]


def pause(notice: UUID, attempts: int, retry_after: float = 0) -> float:
    """Seconds before the next attempt: 30 s doubling to 5 min, ± 25 % by the notice itself, never sooner than asked for."""
    usual = min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE)
    roll = hashlib.sha256(f"{notice}:{attempts}".encode()).digest()[0] / 255
    return max(usual * (0.75 + roll / 2), min(retry_after, LONGEST_ASKED))


def settled(answer: Answer, age: float) -> Answer:
    """What the notice's state becomes: what is certainly not sent is tried for a day and then visibly failed."""
    problem = answer.problem[:LONGEST_PROBLEM]
    if answer.state is Sending.RETRY and age >= GIVE_UP:
        return Answer(state=Sending.FAILED, problem=f"given up after a day: {problem}"[:LONGEST_PROBLEM])
    return Answer(state=answer.state, problem=problem, retry_after=answer.retry_after)


def of_all_devices(answers: Iterable[Answer]) -> Answer:
    """A push stands as its devices do: any to be tried again → again; else any reached → sent; else failed."""
    by_state = {answer.state: answer for answer in answers}
    for state in (Sending.RETRY, Sending.SENT):
        if state in by_state:
            return by_state[state]
    return by_state.get(Sending.FAILED, Answer(state=Sending.FAILED, problem="no device left"))


def of_push_service(status: int, asked: float) -> Answer:
    """RFC 8030: 2xx taken, 404 and 410 no such subscription any more, 429 and 5xx later; the rest will not get better by itself."""
    if 200 <= status < 300:
        return Answer(state=Sending.SENT)
    if status in (404, 410):
        return Answer(state=Sending.FAILED, problem=f"push service said {status}", gone=True)
    if status == 429 or status >= 500:
        return Answer(state=Sending.RETRY, problem=f"push service said {status}", retry_after=asked)
    return Answer(state=Sending.FAILED, problem=f"push service said {status}")


def seconds_asked(retry_after: str, now: datetime) -> float:
    """A Retry-After header: seconds, or a date; 0 when it is neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:6])
    try:
        return max((parsedate_to_datetime(retry_after) - now).total_seconds(), 0)
    except (ValueError, TypeError):
        return 0
