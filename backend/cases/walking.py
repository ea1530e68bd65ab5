"""Moves the machine makes one straight after the other: of any number of cases, in as many statements as there are steps. The same
gate as `actions.move`, only that nothing has to be read again in between."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from backend.cases.actions import jobs_after, left_by, now_of, write_steps
from backend.cases.model import Case, Event
from backend.cases.states import MOVES, Who
from backend.cases.steps import Step, step
from backend.core.db import Tx
from backend.core.errors import NotAllowed
from backend.core.events import NewEvent
from backend.core.jobs import Named

Path = Sequence[tuple[str, Mapping[str, Any]]]  # names of moves, and what their events say


async def walk(
    tx: Tx, walks: Sequence[tuple[Case, Sequence[Event], Path]]
) -> tuple[list[Case], list[NewEvent], list[Named]]:
    """Each case, with its events so far, along its path: the cases as they are left, and the events and jobs to be recorded with them.

    Of items that stand alone only: what several handle, or what is limited in number, asks others in between (`actions.move`).
    """
    made = [_thought(case, events, path, await now_of(tx, case)) for case, events, path in walks]
    for wave in zip_longest(*made):
        await write_steps(tx, [one for one in wave if one], machine=True)
    steps = [one for walked in made for one in walked]
    jobs = {
        repr(job): job for one in steps for job in jobs_after(one)
    }  # one for an order, however many of its cases ended
    return [walked[-1].after for walked in made], [left_by(tx, one, machine=True) for one in steps], list(jobs.values())


def _thought(case: Case, events: Sequence[Event], path: Path, now: Any) -> list[Step]:
    made: list[Step] = []
    for name, said in path:
        if Who.MACHINE not in MOVES[name].by:
            raise NotAllowed()
        seen = [*events, *(one.seen for one in made)]
        made.append(step(made[-1].after if made else case, MOVES[name], seen, said, now, joint=False))
    return made
