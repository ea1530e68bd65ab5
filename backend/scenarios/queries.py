"""The guides of the city in force."""

import logging
from typing import Any

import asyncpg
import msgspec

from backend.catalogue.model import Pack
from backend.catalogue.queries import Published, city
from backend.core.conditions import ConditionError
from backend.core.errors import NotFound
from backend.scenarios.model import Scenario
from backend.scenarios.queries_desk import published_ids, published_texts
from backend.scenarios.scenario_read import read_scenario
from backend.scenarios.vocabulary import vocabulary

log = logging.getLogger("suishouban.scenarios")


class Guides(msgspec.Struct, frozen=True):
    """Every guide by its id, in the pack's order, with the items they lead to."""

    pack: Pack
    scenarios: dict[str, Scenario]
    glyphs: dict[str, str]

    def scenario(self, scenario_id: str) -> Scenario:
        found = self.scenarios.get(scenario_id)
        if found is None:
            raise NotFound()
        return found


_kept: dict[int, tuple[Published, tuple[int, ...], Guides]] = {}


async def guides(db: asyncpg.Connection) -> Guides:
    """Read once for each publication and kept in this process. NotFound before the first `pack load`."""
    published, desk = await city(db), await published_ids(db)
    kept = _kept.get(0)
    if kept is None or kept[0] is not published or kept[1] != desk:
        texts = {**published.pack.scenarios, **(await published_texts(db, published.pack.scenarios) if desk else {})}
        kept = _kept[0] = (published, desk, _read(published.pack, texts))
    return kept[2]


def in_force(data: dict[str, Any], pack: Pack) -> dict[str, Any]:
    results = [one for one in data["results"] if one.get("item", "") in pack.items or not one.get("item")]
    return {**data, "results": results}


def _read(pack: Pack, texts: dict[str, dict[str, Any]]) -> Guides:
    """What leads to an item that is not in force (not reviewed yet, or withdrawn) is left out of its guide."""
    words, found = vocabulary(pack), {}
    for name, data in texts.items():
        try:
            found[name] = read_scenario(name, in_force(data, pack), words)
        except ConditionError as error:
            log.warning("guide %s is left out: %s", name, error)
    glyphs = {name: data.get("glyph") or "sparkles" for name, data in texts.items()}
    return Guides(pack, found, glyphs)
