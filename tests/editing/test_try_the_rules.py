"""Before new rules for the machine are published: what they would have done with the cases that were decided."""

from uuid import UUID

import msgspec
import pytest

from backend.accounts.actions import open_account
from backend.accounts.model import NewAccount
from backend.approval.actions import grant_if_clear
from backend.cases.model import Case
from backend.core.db import Tx, connect
from backend.core.errors import Invalid, NotFound
from backend.core.jobs import Work
from backend.editing.jobs import try_rules
from backend.editing.queries import desk_of
from backend.editing.trials import Line, Trial, begin, differing, trial_for
from tests.approval.conftest import shared_site, shared_town, site, town
from tests.approval.test_what_is_kept_of_a_decision import rows
from tests.approval.town import QUICK, facts, found_in, new
from tests.cases.town import DEPARTMENT, Town
from tests.web import Site

__all__ = ["shared_site", "shared_town", "site", "town"]


@pytest.fixture(scope="module")
async def decided(shared_town: Town) -> dict[str, Case]:
    """One granted by machine; one with an unknown life a person granted; the same again, refused; one that is open."""
    town = shared_town
    owner = await connect(town.settings.login("owner"))
    for handle, roles in {"editor": ("editor",), "writer": ("editor", "reviewer"), "other": ("editor",)}.items():
        department = "住房局" if handle == "other" else DEPARTMENT
        account = NewAccount(kind="officer", handle=handle, name=handle, roles={department: roles})
        async with owner.transaction():
            await owner.execute("SELECT set_config('app.now', $1, true)", town.now.isoformat())
            town.ids[handle] = await open_account(Tx(owner, town.vault, town.now), account)
    await owner.close()
    machine, person, refused, waiting = [await filed(town, alive) for alive in (True, None, None, None)]
    for case, move, said in ((person, "granted", {}), (refused, "refused", {"reason": "查到人已不在"})):
        await town.moved(await town.moved(case, "officer", "accepted"), "officer", move, **said)
    return {"machine": machine, "person": person, "refused": refused, "waiting": waiting}


async def filed(town: Town, alive: bool | None) -> Case:
    said = facts(town, person__alive=alive)
    async with town.tx("father") as tx:
        finding = await found_in(tx, town, said)
    (case,) = await town.filed_together(new(town, said, msgspec.to_builtins(finding)))
    async with town.tx("father") as tx:
        return await grant_if_clear(tx, case.id, finding) or case


async def tried(town: Town, who: str = "writer", wanted: str = "50") -> tuple[Trial, list[Line]]:
    async with town.tx(who) as tx:
        trial = await begin(tx, await desk_of(tx, QUICK), wanted)
    work = Work(town.worker, town.vault, town.settings, lambda: town.now)
    for _again in range(2):  # a job may run twice
        await try_rules(work, {"trial": str(trial)})
    async with town.tx(who) as tx:
        return await trial_for(tx, QUICK, trial), await differing(tx, trial)


async def drafted(town: Town, rules: list[int]) -> None:
    """A draft of the item with only these of its rules."""
    await rows(town, "ALTER TABLE item_versions DISABLE TRIGGER USER")
    await rows(town, "DELETE FROM rule_trial_lines")
    await rows(town, "DELETE FROM rule_trials WHERE item_version = 2")
    await rows(town, "DELETE FROM item_versions WHERE (code, version) = ($1, 2)", QUICK)
    await rows(
        town,
        """INSERT INTO item_versions (code, version, pack_id, sha256, data, department_id, state, effective_from)
           SELECT code, 2, pack_id, sha256, jsonb_set(data::jsonb, '{item,instant}', (SELECT jsonb_agg(r ORDER BY n) FROM
                  jsonb_array_elements(data::jsonb->'item'->'instant') WITH ORDINALITY x(r, n) WHERE n = ANY ($2)))::json, department_id, 'draft', NULL
           FROM item_versions WHERE (code, version) = ($1, 1)""",
        QUICK, [n + 1 for n in rules],
    )  # fmt: skip
    await rows(town, "ALTER TABLE item_versions ENABLE TRIGGER USER")


async def test_the_rules_in_force_change_nothing_that_the_machine_did(town: Town, decided: dict[str, Case]) -> None:
    trial, lines = await tried(town)
    assert (trial.figures["tried"], trial.figures["granted"], trial.differ) == (3, 1, 0)
    assert trial.figures["was"] == {"machine": 1, "person": 1, "refused": 1}
    assert (trial.done, trial.total, lines) == (3, 3, [])
    assert trial.figures["rules"] == {"人口库登记为健在": 2}


async def test_a_rule_less_would_grant_what_people_refused_and_they_are_shown_first(
    town: Town, decided: dict[str, Case]
) -> None:
    await drafted(town, [0, 2])
    trial, lines = await tried(town)
    assert (trial.figures["granted"], trial.differ) == (3, 2)
    assert (trial.kinds("too_far"), trial.kinds("newly"), trial.kinds("no_longer")) == (1, 1, 0)
    assert [(line.number, line.was, line.would) for line in lines] == [
        (decided["refused"].number, "refused", "granted"), (decided["person"].number, "person", "granted"),
    ]  # fmt: skip


async def test_only_the_last_so_many_are_tried(town: Town, decided: dict[str, Case]) -> None:
    assert (await tried(town, wanted="2"))[0].figures["tried"] == 2


async def test_who_may_not_see_cases_reads_numbers_alone(town: Town, decided: dict[str, Case]) -> None:
    await drafted(town, [0, 2])
    trial, lines = await tried(town, "editor")
    assert (trial.differ, lines) == (2, [])
    async with town.tx("other") as tx:
        with pytest.raises(NotFound):
            await desk_of(tx, QUICK)


@pytest.mark.parametrize("typed", ["", "0", "2001", "-1", "许多", "1e3"])
async def test_how_many_is_a_number(town: Town, decided: dict[str, Case], typed: str) -> None:
    async with town.tx("editor") as tx:
        with pytest.raises(Invalid):
            await begin(tx, await desk_of(tx, QUICK), typed)


async def test_nothing_of_a_case_is_changed_by_trying(town: Town, decided: dict[str, Case]) -> None:
    before = await rows(town, "SELECT id, state, version, rules FROM cases ORDER BY id")
    await drafted(town, [0])
    await tried(town)
    assert await rows(town, "SELECT id, state, version, rules FROM cases ORDER BY id") == before
    assert "460105" not in str(await rows(town, "SELECT rules FROM rule_trial_lines"))


async def test_on_the_pages(town: Town, site: Site, decided: dict[str, Case]) -> None:
    await drafted(town, [0, 2])
    writer = await site.person("writer")
    shown = (await writer.get(f"/desk/items/{QUICK}/trials")).text
    assert "试一试" in shown
    assert (await writer.post(f"/desk/items/{QUICK}/trials", data={"wanted": "0"})).status_code == 422
    answer = await writer.post(f"/desk/items/{QUICK}/trials", data={"wanted": "10"})
    assert answer.status_code == 303
    at = answer.headers["location"]
    assert "正在找办过的件" in (await writer.get(at)).text
    await try_rules(Work(town.worker, town.vault, town.settings, lambda: town.now), {"trial": str(UUID(at[-36:]))})
    done = (await writer.get(at)).text
    for said in ("3 件里会当场批准 3 件，2 件和当时不一样", decided["refused"].number, "先弄清楚再发布"):
        assert said in done, said
    editor = (await (await site.person("editor")).get(at)).text
    assert "只计数" in editor
    assert decided["refused"].number not in editor
