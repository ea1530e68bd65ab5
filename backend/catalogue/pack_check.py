"""Proof that a pack is consistent: every name resolves, every item can be filed, every rule can go both ways.

The features above add what only they can prove (`EXTRA_CHECKS`, filled where the program is put together).
"""

from collections.abc import Callable, Iterable, Iterator

from backend.catalogue.model import Item, Pack
from backend.catalogue.pack_credit import credit_faults, credit_rule_faults
from backend.catalogue.pack_examples import example_faults
from backend.catalogue.pack_instant import instant_faults
from backend.catalogue.pack_lexicon import lexicon_faults
from backend.catalogue.pack_lints import lint
from backend.catalogue.pack_names import name_faults, vocabulary_faults
from backend.catalogue.pack_read import Fault
from backend.catalogue.pack_rules import filing_faults, rule_faults

EXTRA_CHECKS: list[Callable[[Pack], Iterable[Fault]]] = []


def check(pack: Pack) -> list[Fault]:
    """Everything that is wrong, errors first."""
    faults = [*vocabulary_faults(pack), *lexicon_faults(pack.lexicon), *credit_faults(pack), *_twice(pack)]
    for item in pack.items.values():
        where = f"items/{item.name}.yaml"
        faults += (Fault(f"{where}: {fault.where}", fault.say, fault.warning) for fault in item_faults(pack, item))
    for extra in EXTRA_CHECKS:
        faults += extra(pack)
    return sorted(set(faults), key=lambda fault: (fault.warning, fault.where, fault.say))


def item_faults(pack: Pack, item: Item) -> Iterator[Fault]:
    """What is wrong with one item; the places are inside its file."""
    names = list(name_faults(pack, item))
    yield from names
    yield from (Fault(found.field, found.sentence, found.warning) for found in lint(pack, item))
    if all(fault.warning for fault in names):  # a rule over names that do not exist proves nothing
        yield from filing_faults(pack, item)
        yield from rule_faults(pack, item)
        yield from credit_rule_faults(pack, item)
        examples = list(example_faults(pack, item))
        yield from examples
        if all(fault.warning for fault in examples):
            yield from instant_faults(pack, item)


def _twice(pack: Pack) -> Iterator[Fault]:
    """Two items under one code; one alias that leads to two items."""
    seen: dict[str, str] = {}
    for item in pack.items.values():
        if item.code in seen:
            yield Fault(f"items/{item.name}.yaml: code", f"和“{seen[item.code]}”的编码一样")
        seen[item.code] = item.name
        for alias in dict.fromkeys(item.aliases):
            if alias in seen:
                yield Fault(f"items/{item.name}.yaml: aliases", f"“{alias}”也是“{seen[alias]}”的别名", warning=True)
            seen[alias] = item.name
