"""Everything once more before filing: also the page somebody comes back to whose filing was refused."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response

from backend.accounts.consents import SENSITIVE, shown
from backend.cart.consent import sensitive_unagreed
from backend.cart.credit import credit_of
from backend.cart.forms import speaker_of
from backend.cart.hindrances import LEVEL, SIGN, hindrances
from backend.cart.messages import topics_of
from backend.cart.model import Draft, Question
from backend.cart.parting import only, parted
from backend.cart.principals import may_tick
from backend.cart.uses import hash_of_words, uses_of, words_of
from backend.core.db import Tx
from backend.core.errors import Problem
from backend.core.web import language_of, page
from backend.core.workdays import calendar


async def review_page(
    request: Request, tx: Tx, draft: Draft, key: str, refused: Sequence[Problem] | None = None
) -> Response[str]:
    """The form that files the draft under `key`. `refused`: why it was not filed just now; else what the sheet still misses."""
    speaker = speaker_of(tx, draft)
    pack, more = draft.pack, await hindrances(tx, draft)
    parts = parted(draft, (*draft.sheet.problems, *more.problems))
    used = uses_of(only(draft, parts.ready) if parts.choice else draft)
    use = words_of(used, language_of(request))
    return page(
        request,
        tx,
        "cart/review.html",
        status=422 if refused else 200,
        draft=draft,
        credit=credit_of(draft),
        lines=speaker.lines(await calendar(tx.db, tx.today)),
        topics=[
            (topic, speaker.sections([q for q in draft.sheet.questions if q.element.topic == topic]))
            for topic in topics_of(draft)
        ],
        needs=[speaker.need(need) for need in draft.sheet.materials],
        problems=_linked(
            draft, speaker.worded(tuple(refused or (*draft.sheet.problems, *more.problems))), more.step_up
        ),
        parts=parts,
        refused=bool(refused),
        waiting={line: _linked(draft, speaker.worded(found), more.step_up) for line, found in parts.waiting.items()},
        step_up=more.step_up,
        steps_up=sum(problem.field.startswith(LEVEL) for problem in refused or more.problems),
        told=list(dict.fromkeys(pack.departments[line.item.department].name for line in draft.lines if not line.gone)),
        key=key,
        sensitive=sensitive_unagreed(draft) if await may_tick(tx) else [],
        consent=SENSITIVE,
        shown=shown(SENSITIVE, language_of(request)),
        uses=use.splitlines() if used else [],
        use_hash=hash_of_words(use),
    )


def _linked(draft: Draft, problems: Iterable[Problem], step_up: str) -> list[dict[str, Any]]:
    """Each problem with the page that puts it right."""
    questions: dict[str, Question] = {q.name: q for q in draft.sheet.questions}
    needs = {need.name for need in draft.sheet.materials}
    linked = []
    for problem in problems:
        href = "/cart"
        if problem.field in questions:
            href = f"/cart/sheet?{urlencode({'topic': questions[problem.field].element.topic})}#{problem.field}"
        elif problem.field in needs:
            href = f"/cart/materials#{problem.field}"
        elif problem.field.startswith(LEVEL):
            href = step_up
        elif problem.field.startswith(SIGN):
            href = f"/cart/signatures#{problem.field}"
        elif ".role." in problem.field:
            href = "/cart/sheet"
        elif problem.field in ("agree", "sensitive", "use"):
            href = f"#{problem.field}"
        linked.append({"problem": problem, "href": href})
    return linked
