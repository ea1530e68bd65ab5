"""Facts that a rule uses more than once: tried over the cells into which its comparisons cut them.

`age < 60 or age >= 60` needs no age. Where every undecided leaf has a fact of its own, three-valued logic is exact and
nothing is tried; else every cell of every shared fact is supposed once, within a fixed number of trials. Facts beyond
that limit are left to three-valued logic, which may ask too much but never judges wrongly.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import chain, combinations, pairwise, product
from typing import Any

from backend.core.conditions_derive import DERIVATIONS
from backend.core.conditions_model import All, AnyOf, Compare, Condition, Key, Leaf, Not, Sum, Total
from backend.core.conditions_rest import Rest, Roll, Tally, rest_of, undecided_members
from backend.core.conditions_sight import Gap, Sight
from backend.core.conditions_values import contains, is_number, region_prefix, shifted

MAX_TRIALS = 2000
MAX_LEAVES_TRIED = 60_000
MAX_SUBSETS_OF = 6
OTHER = "\x7f"
"""Stands for any text no rule mentions; after a region's digits, for a place inside it that no rule mentions."""

Cells = dict[Key, list[object]]


def settle(rest: Rest, sight: Sight) -> tuple[bool | None, frozenset[Key]]:
    """The verdict of an undecided remainder, and its open keys."""
    if isinstance(rest, (All, AnyOf)) and len(apart := _apart(rest, sight)) > 1:
        return _settled_apart(apart, sight, stop=isinstance(rest, AnyOf))
    uses = list(uses_of_rest(rest, sight))
    counted = Counter(key for _, key in uses)
    cells = _affordable(_cells({key for key, n in counted.items() if n > 1}, uses, sight), len(uses), sight)
    if not cells:
        return None, frozenset(counted)
    return _tried(rest, sight, cells)


def _apart(group: All | AnyOf, sight: Sight) -> list[Rest]:
    """The parts of a group in bundles that share no fact: their trials add up instead of multiplying."""
    bundles: list[tuple[set[Key], list[Rest]]] = []
    for part in group.of:
        keys: set[Key] = {key for _, key in uses_of_rest(part, sight)}
        together: list[Rest] = [part]
        for bundle in [bundle for bundle in bundles if bundle[0] & keys]:
            bundles.remove(bundle)
            keys, together = keys | bundle[0], [*bundle[1], *together]
        bundles.append((keys, together))
    kind = type(group)
    return [together[0] if len(together) == 1 else kind(of=tuple(together)) for _, together in bundles]  # type: ignore[arg-type]


def _settled_apart(bundles: list[Rest], sight: Sight, *, stop: bool) -> tuple[bool | None, frozenset[Key]]:
    """One bundle that comes out as `stop` decides them all; else all that is open in any of them is open."""
    found = [settle(bundle, sight) for bundle in bundles]
    if any(verdict is stop for verdict, _ in found):
        return stop, frozenset()
    still_open = frozenset[Key]().union(*(keys for _, keys in found))
    return (None if any(verdict is None for verdict, _ in found) else not stop), still_open


def _tried(rest: Rest, sight: Sight, cells: Cells) -> tuple[bool | None, frozenset[Key]]:
    keys = list(cells)
    outcomes: dict[tuple[int, ...], object] = {}
    still_open: set[Key] = set()
    for places in product(*(range(len(cells[key])) for key in keys)):
        supposed = {key: cells[key][place] for key, place in zip(keys, places, strict=True)}
        trial = Sight(sight.facts, sight.least, {**sight.tried, **supposed})
        left = rest_of(rest, trial)
        outcomes[places] = left if isinstance(left, bool) else form_of(left)
        if not isinstance(left, bool):
            still_open.update(key for _, key in uses_of_rest(left, trial))
    found = set(outcomes.values())
    if len(found) == 1 and isinstance(verdict := found.pop(), bool):
        return verdict, frozenset()
    still_open.update(key for at, key in enumerate(keys) if _matters(at, outcomes))
    return None, frozenset(still_open)


def _matters(at: int, outcomes: Mapping[tuple[int, ...], object]) -> bool:
    """Do two trials that differ in this fact alone come out differently?"""
    seen: dict[tuple[int, ...], object] = {}
    return any(seen.setdefault(places[:at] + places[at + 1 :], found) != found for places, found in outcomes.items())


def form_of(rest: Rest, straight: bool = True) -> object:
    """A normal form: rules over separate facts have the same function only if they have the same form."""
    match rest:
        case Not(of=part):
            return form_of(part, not straight)
        case All(of=parts) | AnyOf(of=parts):
            kind = isinstance(rest, All) is straight
            forms = (form_of(part, straight) for part in parts)
            inner = (form[1] if isinstance(form, tuple) and form[0] is kind else {form} for form in forms)
            return (kind, frozenset(chain.from_iterable(inner)))
        case Tally(of=parts, worth=worth, sure=sure, op=op, value=value):
            counted = Counter(zip(map(form_of, parts), worth, strict=True))
            return ("tally", straight, frozenset(counted.items()), sure, op, value)
        case _:
            return ("leaf", straight, id(rest))


def uses_of_rest(rest: Any, sight: Sight) -> Iterator[tuple[Any, Key]]:
    """Each undecided leaf with each key it waits for."""
    match rest:
        case Leaf(of=of):
            yield from ((rest, key) for key in sight.asks(of))
        case Compare(left=left, right=right):
            yield from ((rest, key) for side in (left, right) for key in sight.asks(side))
        case All(of=parts) | AnyOf(of=parts) | Tally(of=parts):
            for part in parts:
                yield from uses_of_rest(part, sight)
        case Not(of=part):
            yield from uses_of_rest(part, sight)
        case Roll(role=role):
            yield rest, role
        case Total(terms=terms):
            yield from ((rest, key) for of in terms for key in sight.asks(of))
        case Sum():
            for left_over, of in undecided_members(rest, sight):
                yield from ((rest, key) for key in sight.asks(of))
                yield from ((rest, key) for _, key in (() if left_over is True else uses_of_rest(left_over, sight)))


def _affordable(cells: Cells, leaves: int, sight: Sight) -> Cells:
    """As many facts as the number of trials allows, those with the fewest cells first."""
    trials, chosen = 1, {}
    for key in sorted(cells, key=lambda key: (len(cells[key]), key)):
        more = trials * len(cells[key])
        if more > min(MAX_TRIALS, MAX_LEAVES_TRIED // leaves, sight.effort // leaves):
            break
        trials, chosen[key] = more, cells[key]
    sight.effort -= trials * leaves if chosen else 0
    return chosen


def _cells(shared: set[Key], uses: list[tuple[Any, Key]], sight: Sight) -> Cells:
    """For each shared key one value of every cell; a key that cannot be cut is left out."""
    found: Cells = {}
    for key in shared:
        leaves = [leaf for leaf, used in uses if used == key]
        values = _values(key, leaves, sight)
        if values:
            found[key] = values
    return found


def samples(key: Key, conditions: Iterable[Condition], sight: Sight) -> list[object]:
    """One value of every cell into which all these rules together cut a fact; empty if it cannot be cut."""
    leaves = [leaf for condition in conditions for leaf, used in uses_of_rest(condition, sight) if used == key]
    return _values(key, leaves, sight) if leaves else []


def _values(key: Key, leaves: list[Any], sight: Sight) -> list[object]:
    cuts = [_cut(key, leaf, sight) for leaf in leaves]
    if any(cut is None for cut in cuts):
        return []
    values = _representatives([cut for cut in cuts if cut is not None], key, sight)
    known = sight.facts.known.get(key)
    kept = [value for value in values if known is None or contains(known.value, value)]
    maybe = key.partition(".")[0] in sight.facts.maybe
    return [*kept, Gap.ABSENT] if maybe else kept


Cut = tuple[str, tuple[Any, ...]]
"""How one leaf cuts a fact: the operator and its constants."""


def _cut(key: Key, leaf: Any, sight: Sight) -> Cut | None:
    if isinstance(leaf, Compare):
        return _cut_by_comparison(key, leaf, sight)
    if not isinstance(leaf, Leaf) or leaf.op == "matches":
        return None
    constants = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if leaf.of.key == key:
        return (leaf.op, constants)
    meaning = sight.meaning(leaf.of.fact)
    samples = DERIVATIONS[meaning.derived].samples if meaning.derived else None
    limits = [limit for limit in constants if isinstance(limit, int)]
    if samples is None or sight.facts.on is None or len(limits) < len(constants):
        return None
    return ("derived", tuple(samples(limits, sight.facts.on)))


def _cut_by_comparison(key: Key, leaf: Compare, sight: Sight) -> Cut | None:
    """A comparison with a known value cuts at that value; one of two unknown facts cannot be cut."""
    mine_left = leaf.left.key == key
    other = leaf.right if mine_left else leaf.left
    if key not in (leaf.left.key, leaf.right.key) or sight.asks(other):
        return None
    limit = shifted(sight.value(other), leaf.plus if mine_left else -leaf.plus)
    return None if limit is None else ("is", (limit,))


def _representatives(cuts: list[Cut], key: Key, sight: Sight) -> list[object]:
    constants = list(dict.fromkeys(chain.from_iterable(constants for _, constants in cuts)))
    ops = {op for op, _ in cuts}
    if all(isinstance(one, bool) for one in constants):
        return [True, False]
    if all(is_number(one) for one in constants):
        return _numbers(sorted(constants), whole=sight.meaning(_bare(key)).whole)
    if all(isinstance(one, date) for one in constants):
        return _dates(constants)
    if not all(isinstance(one, str) for one in constants):
        return []
    if "within" in ops:
        return _places(cuts) if "includes" not in ops else []
    if "includes" in ops:
        return _subsets(constants)
    return _choices(constants, sight.meaning(_bare(key)).choices)


def _bare(key: Key) -> Key:
    return key.partition("@")[0]


def _numbers(limits: list[Any], *, whole: bool) -> list[object]:
    if whole:
        return sorted({limit + step for limit in limits for step in (-1, 0, 1)})
    between = [(Fraction(low) + Fraction(high)) / 2 for low, high in pairwise(limits)]
    return sorted([limits[0] - 1, *limits, *between, limits[-1] + 1])


def _dates(limits: list[date]) -> list[object]:
    near = {limit.toordinal() + step for limit in limits for step in (-1, 0, 1, 2)}
    return [date.fromordinal(day) for day in sorted(near) if 1 <= day <= date.max.toordinal()]


def _choices(mentioned: list[Any], choices: tuple[str, ...]) -> list[object]:
    """The choices named, and one other if there is another."""
    if not choices:
        return [*mentioned, OTHER]
    others = [choice for choice in choices if choice not in mentioned]
    return [*(choice for choice in mentioned if choice in choices), *others[:1]]


def _places(cuts: list[Cut]) -> list[object]:
    """For each area some place in it that is in no smaller one named; each place named exactly; and anywhere else."""
    areas = chain.from_iterable(constants for op, constants in cuts if op == "within")
    exact = chain.from_iterable(constants for op, constants in cuts if op != "within")
    return list(dict.fromkeys([*exact, *(region_prefix(area) + OTHER for area in areas), OTHER]))


def _subsets(choices: list[Any]) -> list[object]:
    if len(choices) > MAX_SUBSETS_OF:
        return []
    sizes = range(len(choices) + 1)
    picks = chain.from_iterable(combinations([*choices, OTHER], size) for size in (*sizes, len(choices) + 1))
    return [frozenset(pick) for pick in picks]
