"""Who is told where, and what follows from how an attempt to send ended. Pure."""

import hashlib
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from backend.cases.states import Notice
from backend.notifications.matters import ALWAYS, IN_TURN, Matter, matter_of
from backend.notifications.messages import QUESTIONED, loudness
from backend.notifications.model import Answer, Channel, Happening, Sending, Wishes

FIRST_PAUSE, LONGEST_PAUSE = 30.0, 300.0  # seconds
LONGEST_ASKED = 3600.0  # seconds: no other side makes us wait longer at once
GIVE_UP = 24 * 3600.0  # seconds after the notice was made
LONGEST_PROBLEM = 200
USUAL_WISHES = Wishes()


def channels(told: Happening, open_channels: frozenset[Channel], wishes: Wishes = USUAL_WISHES) -> list[Channel]:
    """The inbox always; a knock only for those who did not do it themselves a moment ago, and as she wishes."""
    if loudness(told.kind, told.actor_kind) is Notice.NONE or (told.kind == QUESTIONED and not told.for_her):
        return []  # whose account is questioned need not hear of it first
    return [Channel.INBOX, *_knocks(told, _reach(told) & open_channels, wishes)]


def matter(told: Happening) -> Matter:
    return matter_of(told.kind, told.actor_kind, told.for_her)


def must_reach(told: Happening) -> bool:
    """Her own case asks for her, was decided, or was moved by an agent, and she was not there: if nothing brings it, the office does."""
    there = told.did_it or told.in_filing or not told.first
    return told.hers and not there and matter(told) in (Matter.NEEDS, Matter.DONE_FOR_ME)


def urgent(told: Happening, today: date) -> bool:
    """What does not wait for the morning: her account, her signature, and what is due today."""
    due = told.data.get("due")
    return matter(told) is Matter.ACCOUNT or (isinstance(due, str) and due <= today.isoformat() and _served(told))


def _reach(told: Happening) -> frozenset[Channel]:
    known = (told.has_push, told.has_email, told.has_phone, told.has_address)
    return frozenset(channel for channel, has in zip(IN_TURN, known, strict=True) if has)


def _knocks(told: Happening, reach: frozenset[Channel], wishes: Wishes) -> list[Channel]:
    """Of what an agent files in one go she hears once."""
    if told.did_it or (told.for_her and (told.in_filing or not told.first)):
        return []
    if told.as_agent and (wishes.as_agent == "inbox" or (wishes.as_agent == "needs" and not _served(told))):
        return []
    chosen = wishes.chosen.get(matter(told))
    if chosen is None:
        return _usual(told, reach, wishes.elder)
    may_text = told.for_her or told.sms_agreed
    kept = [
        channel
        for channel in IN_TURN
        if channel in reach and channel in chosen and (channel is not Channel.SMS or may_text)
    ]
    if kept or matter(told) not in ALWAYS or told.as_agent:
        return kept
    return _usual(told, reach, wishes.elder) or [channel for channel in IN_TURN if channel in reach][:1]


def _served(told: Happening) -> bool:
    return loudness(told.kind) in (Notice.RESULT, Notice.NEEDS_YOU)


def _usual(told: Happening, reach: frozenset[Channel], elder: bool) -> list[Channel]:
    """By text message, or by post where nothing else reaches her, she hears what an agent did for her, what is asked of her, and
    what came of it.

    Of what she filed herself a text message comes only with her consent (`sms`). What must be served on her, a question or a
    decision, comes without it where neither push nor mail reaches her, and by letter where no phone does. An elder without push
    has both. What she may have without asking is no such thing: never a text message without her consent, a letter instead.
    """
    loud = _served(told) or told.actor_kind == "agent"
    to_her = (told.for_her and loud) or (told.hers and _served(told) and not told.in_filing)
    offered = matter(told) is Matter.OFFERS and not told.as_agent
    to_her, silent = to_her or offered, not (told.has_push or told.has_email)
    may_text = told.sms_agreed or (not offered and (told.for_her or silent))
    no_text = not told.has_phone or (offered and not may_text)
    usual = {
        Channel.PUSH: True,
        Channel.EMAIL: True,
        Channel.SMS: to_her and may_text,
        Channel.LETTER: to_her and ((silent and no_text) or elder),
    }
    return [channel for channel in IN_TURN if channel in reach and usual[channel]]


def next_channel(told: Happening, tried: set[Channel], open_channels: frozenset[Channel]) -> Channel | None:
    """Where what must reach her goes when all that was tried failed for good; None when nothing is left, or it was mere news."""
    left = (_reach(told) & open_channels) - tried if must_reach(told) else ()
    return next((channel for channel in IN_TURN if channel in left), None)


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
