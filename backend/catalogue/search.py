"""Finding items by what people say: asked of the engine, put in order, with the reason in people's words."""

import asyncpg
import msgspec

from backend.catalogue.queries import Published
from backend.catalogue.search_index import Index, Row, index
from backend.catalogue.search_order import Scored, ordered, reason
from backend.catalogue.search_query import Asked, Wanted, asked, query
from backend.core.i18n import DEFAULT

MOST = 50
JUDGED = 80  # the engine's best, which are then put in order
WORTH_SHOWING = 0.3  # of the best score; what is further off only hides what was found
LEAST = 3.0  # below this nothing was found that is worth showing
ANYTHING = Wanted()


class Hit(msgspec.Struct, frozen=True):
    """One found item. `reason` says in people's words why it was found."""

    code: str
    name: str
    department: str
    fileable: bool
    instant: bool
    visits: int | None
    promised: int | None
    promised_unit: str | None
    reason: str


async def search(
    db: asyncpg.Connection, q: str, limit: int = 10, wanted: Wanted = ANYTHING, lang: str = DEFAULT
) -> list[Hit]:
    """The best `limit` items; nothing for nothing said. Reasons in `lang`."""
    here = await index(db)
    question = asked(here, q)
    if not question.text.strip():
        return []
    lived = _lived(here, question)
    scored = _judged(here, question, wanted, lived)
    best = max((one.score for one in scored), default=0.0)
    near = [one for one in scored if one.score >= max(best * WORTH_SHOWING, LEAST)]
    return [_hit(one.row, question, lived, lang) for one in near[: max(1, min(limit, MOST))]]


def _judged(here: Index, question: Asked, wanted: Wanted, lived: dict[str, str]) -> list[Scored]:
    return ordered(here.speech, question, here.best(query(here, question, wanted), JUDGED), lived)


def _lived(here: Index, question: Asked) -> dict[str, str]:
    """Codes of the items that belong to a life event the question speaks of → the event."""
    return {}


def _hit(row: Row, question: Asked, lived: dict[str, str], lang: str) -> Hit:
    return Hit(
        code=row.code,
        name=row.name,
        department=row.department,
        fileable=row.kind == "item",
        instant=row.instant,
        visits=row.visits,
        promised=row.promised,
        promised_unit=row.promised_unit,
        reason=reason(question, row, lived, lang),
    )


def guide_for(city: Published | None, hits: list[Hit]) -> str | None:
    """The scenario to which most of the best hits belong, if there are two of them or it is about nothing else."""
    if city is None:
        return None
    best = {city.titles.get(hit.code) for hit in hits[:5]}
    found = {
        name: sum(result.get("item") in best for result in scenario.get("results", []))
        for name, scenario in city.pack.scenarios.items()
    }
    name = max(found, key=lambda one: found[one], default=None)
    return name if name and found[name] > 1 else None
