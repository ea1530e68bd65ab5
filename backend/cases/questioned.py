"""A filing that names an account of the agent's: the desk reads why, and the principal is told on her own channel."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from backend.cases.beneficiary import RULE, Agent, doubts, own_of
from backend.cases.model import Case, Fact
from backend.cases.queries import case_by_id
from backend.catalogue.model import Pack
from backend.core.db import Tx
from backend.core.events import NewEvent, record
from backend.parties.queries import own_facts

QUESTIONED = "account_questioned"


async def agent_of(tx: Tx, pack: Pack) -> Agent | None:
    """What is known of who acts, from her own profile and earlier filings; None when she files for herself."""
    if not tx.viewer.acting:
        return None
    numbers = [element for element, part in pack.city.beneficiary.items() if part == "account"]
    return own_of(tx.viewer.name, await own_facts(tx, numbers), tx.vault.blind)


def doubts_in(tx: Tx, facts: Iterable[Fact], pack: Pack, agent: Agent | None) -> tuple[str, ...]:
    return doubts(facts, pack.city.beneficiary, agent, tx.vault.blind) if agent else ()


def questions(tx: Tx, cases: Sequence[Case]) -> list[NewEvent]:
    """One event for each of these cases of one order; the first of them is told, once for all."""
    return [
        NewEvent(
            kind=QUESTIONED,
            principal_id=case.principal_id,
            actor_kind="machine",
            mandate_id=tx.viewer.mandate_id,
            case_id=case.id,
            order_id=case.order_id,
            department_id=case.department_id,
            public=n == 0,
        )
        for n, case in enumerate(cases)
    ]


async def question_correction(tx: Tx, case: UUID, said: Sequence[Fact], pack: Pack) -> None:
    """The same for what is corrected later: the reason joins what the machine had found."""
    found = doubts_in(tx, said, pack, await agent_of(tx, pack))
    if not found:
        return
    rules: list[dict[str, Any]] = [{"rule": RULE, "words": words, "verdict": False} for words in found]
    await tx.db.execute(
        """UPDATE cases SET rules = coalesce(rules, '{}') || jsonb_build_object('verdict', false, 'rules', coalesce(rules -> 'rules', '[]') || $2)
           WHERE id = $1""",
        case,
        rules,
    )
    await record(tx, questions(tx, [await case_by_id(tx.db, case)]))
