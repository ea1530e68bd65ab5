"""What is done with a guide at the desk: begun, saved, handed to somebody else to check, published, sent back, dropped."""

from typing import Any

from backend.catalogue.queries import city
from backend.core.conditions import ConditionError
from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotFound, Problem
from backend.core.i18n import _
from backend.scenarios.desk_model import GuideVersion, State
from backend.scenarios.model import Scenario
from backend.scenarios.proof import Proof, prove
from backend.scenarios.queries_desk import pack_sha256, text_in_force, versions_of
from backend.scenarios.scenario_read import read_scenario
from backend.scenarios.vocabulary import vocabulary

Raw = dict[str, Any]
CHANGED = _("这份指引刚才有人动过，您写的没有保存。请看看现在的样子，再决定。")


def need_role(tx: Tx, role: str) -> None:
    """NotFound for an officer who does not have it."""
    if role not in tx.viewer.roles:
        raise NotFound()


async def begin(tx: Tx, scenario_id: str, data: Raw | None = None) -> None:
    """A draft of what is in force; `data` for a guide that is new."""
    need_role(tx, "editor")
    versions = await versions_of(tx, scenario_id)
    if any(one.state in (State.DRAFT, State.SUBMITTED) for one in versions):
        raise Conflict(_("这份指引已经有一稿在改了，请接着那一稿改。"))
    pack = (await city(tx.db)).pack
    text = data if data is not None else await text_in_force(tx, scenario_id)
    await tx.db.execute(
        """INSERT INTO guide_versions (scenario_id, version, pack_sha256, data, authors, changed_at)
           VALUES ($1, $2, $3, $4, ARRAY[$5::uuid], $6)""",
        scenario_id,
        max((one.version for one in versions), default=0) + 1,
        pack_sha256(pack.scenarios, scenario_id),
        text,
        tx.viewer.id,
        tx.now,
    )


async def save(tx: Tx, draft: GuideVersion, seen: int, data: Raw) -> None:
    """The whole text anew, faulty or not: a draft may be half done. A submitted one becomes a draft again."""
    need_role(tx, "editor")
    done = await tx.db.execute(
        """UPDATE guide_versions SET data = $4, revision = revision + 1, changed_at = $5, state = 'draft',
                  authors = CASE WHEN $6 = ANY (authors) THEN authors ELSE authors || $6::uuid END
            WHERE scenario_id = $1 AND version = $2 AND revision = $3 AND state IN ('draft', 'submitted')""",
        draft.scenario_id,
        draft.version,
        seen,
        data,
        tx.now,
        tx.viewer.id,
    )
    _changed(done)


async def submit(tx: Tx, draft: GuideVersion, seen: int) -> None:
    """To be checked by somebody else; Invalid while the proof finds something wrong."""
    need_role(tx, "editor")
    await _proven(tx, draft)
    await _move(tx, draft, seen, State.SUBMITTED)


async def publish(tx: Tx, draft: GuideVersion, seen: int) -> None:
    """In force at once, the version before it is replaced. Never by one of its authors."""
    need_role(tx, "checker")
    if tx.viewer.id in draft.authors:
        raise Invalid(Problem(_("您自己写过这一稿，请让另一个人核对发布。"), "publish"))
    await _proven(tx, draft)
    await tx.db.execute(
        """UPDATE guide_versions SET state = 'replaced', revision = revision + 1
            WHERE scenario_id = $1 AND state = 'published'""",
        draft.scenario_id,
    )
    done = await tx.db.execute(
        """UPDATE guide_versions SET state = 'published', revision = revision + 1, checked_by = $4, published_at = $5, note = ''
            WHERE scenario_id = $1 AND version = $2 AND revision = $3 AND state = 'submitted'""",
        draft.scenario_id,
        draft.version,
        seen,
        tx.viewer.id,
        tx.now,
    )
    _changed(done)


async def send_back(tx: Tx, draft: GuideVersion, seen: int, note: str) -> None:
    need_role(tx, "checker")
    if not note:
        raise Invalid(Problem(_("请写一句要改哪里。"), "note"))
    await _move(tx, draft, seen, State.DRAFT, note)


async def drop(tx: Tx, draft: GuideVersion, seen: int) -> None:
    need_role(tx, "editor")
    await _move(tx, draft, seen, State.DROPPED)


async def _move(tx: Tx, draft: GuideVersion, seen: int, to: State, note: str = "") -> None:
    done = await tx.db.execute(
        """UPDATE guide_versions SET state = $4, note = $5, revision = revision + 1, changed_at = $6
            WHERE scenario_id = $1 AND version = $2 AND revision = $3 AND state IN ('draft', 'submitted')""",
        draft.scenario_id,
        draft.version,
        seen,
        to,
        note[:500],
        tx.now,
    )
    _changed(done)


def _changed(done: str) -> None:
    if done != "UPDATE 1":
        raise Conflict(CHANGED)


async def _proven(tx: Tx, draft: GuideVersion) -> None:
    _guide, proof, problems = await tried(tx, draft.scenario_id, draft.data)
    wrong = [
        Problem(finding.say, finding.where) for finding in (proof.findings if proof else ()) if not finding.warning
    ]
    if problems or wrong:
        raise Invalid(*problems, *wrong)


async def tried(tx: Tx, scenario_id: str, data: Raw) -> tuple[Scenario | None, Proof | None, list[Problem]]:
    """The text as a guide with its proof; or, where it is none yet, what is wrong and where."""
    pack = (await city(tx.db)).pack
    try:
        guide = read_scenario(scenario_id, data, vocabulary(pack))
    except ConditionError as error:
        return None, None, [Problem(error.sentence, error.where)]
    return guide, prove(guide, tx.today), []
