"""Where somebody stands in a guide: what she said in the address, what she said in confidence, what is known of her."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import msgspec

from backend.catalogue.model import Pack
from backend.core.conditions import Fact, Key, Value
from backend.core.db import Tx
from backend.scenarios.answers import read_answers
from backend.scenarios.known import Found, Typed, found_of
from backend.scenarios.model import Question, Scenario, Step
from backend.scenarios.queries import Guides
from backend.scenarios.rules import step, used_by

CHANGE = "_change"


class GuideDraft(msgspec.Struct, frozen=True):
    """What may not stand in an address: personal answers, and who the guide's parties are."""

    answers: Typed = {}
    parties: dict[str, UUID] = {}


class Journey(msgspec.Struct, frozen=True):
    """`typed` is all that stands in the address; `told` goes before what is known anyway, `typed` before both."""

    scenario: Scenario
    pack: Pack
    typed: Typed
    draft: GuideDraft
    found: Found
    stands: Step
    given: Mapping[Key, Value]
    used: Mapping[Key, Fact]

    @property
    def answers(self) -> Typed:
        return {**self.found.answers, **self.draft.answers, **self.typed}

    @property
    def prefilled(self) -> list[Question]:
        """The questions that need not be asked, because their answers are known."""
        said = {**self.draft.answers, **self.typed}
        return [one for one in self.stands.answered if one.ask in self.found.answers and one.ask not in said]

    def link(self, change: str = "") -> str:
        """This place of the journey, with one answer to be given again; nothing later is lost, nothing personal is in it."""
        query = {**self.typed, **({CHANGE: [change]} if change else {})}
        return f"{path_of(self.scenario)}?{urlencode(query, doseq=True)}" if query else path_of(self.scenario)


def path_of(scenario: Scenario) -> str:
    return f"/scenarios/{quote(scenario.id)}"


async def journey_of(tx: Tx, guides: Guides, scenario: Scenario, typed: Typed) -> Journey:
    draft = await draft_of(tx, scenario.id)
    found = await found_of(tx, scenario, guides.pack, draft.parties)
    answers: dict[str, Any] = {**found.answers, **draft.answers, **typed}
    given, _invalid = read_answers(scenario, answers)
    return Journey(
        scenario=scenario,
        pack=guides.pack,
        typed=typed,
        draft=draft,
        found=found,
        stands=step(scenario, answers, tx.today),
        given=given,
        used=used_by(scenario, given, tx.today),
    )


async def draft_of(tx: Tx, scenario_id: str) -> GuideDraft:
    """Empty for a stranger."""
    if tx.visitor is None or tx.viewer.officer:
        return GuideDraft()
    sealed = await tx.db.fetchval(
        "SELECT sealed FROM guide_drafts WHERE (principal_id, actor_id, scenario_id) = ($1, $2, $3)",
        tx.viewer.principal_id,
        tx.viewer.id,
        scenario_id,
    )
    return (
        msgspec.convert(tx.key.open_value(sealed, about_draft(tx, scenario_id)), GuideDraft) if sealed else GuideDraft()
    )


def about_draft(tx: Tx, scenario_id: str) -> str:
    """Where a sealed draft belongs: it opens nowhere else."""
    return f"guide:{tx.viewer.principal_id}:{tx.viewer.id}:{scenario_id}"


def public_in(scenario: Scenario, sent: Mapping[str, Iterable[str]]) -> Typed:
    """The answers that may stand in an address, in the author's order; empty ones and strange names are passed over."""
    found = {question.ask: list(sent.get(question.ask, ())) for question in scenario.questions if question.public}
    return {ask: answers for ask, answers in found.items() if any(answers)}
