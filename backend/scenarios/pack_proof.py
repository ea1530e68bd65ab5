"""The scenarios' part of `pack check`: each guide is read against its pack and proved."""

from collections.abc import Iterator

from backend.catalogue.model import Pack
from backend.catalogue.pack_read import Fault
from backend.core.conditions import ConditionError
from backend.scenarios.proof import prove
from backend.scenarios.scenario_read import read_scenario
from backend.scenarios.vocabulary import vocabulary


def scenario_faults(pack: Pack) -> Iterator[Fault]:
    words = vocabulary(pack)
    for name, data in pack.scenarios.items():
        where = f"scenarios/{name}.yaml"
        try:
            findings = prove(read_scenario(name, data, words)).findings
        except ConditionError as error:
            yield Fault(f"{where}: {error.where}", error.sentence)
            continue
        yield from (Fault(f"{where}: {found.where}", found.say, found.warning) for found in findings)
