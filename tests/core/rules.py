"""Random rules over a few small facts, and the plainest possible judge of them, written without looking at ours.

The rules are plain data as an author would write them. `worlds` lists every full assignment of the facts: each domain
holds at least one value of every cell into which the operators below can cut it.
"""

from itertools import product
from typing import Any

from hypothesis import strategies as st

from backend.core.conditions import Fact, Facts, Meaning

DOMAINS: dict[str, list[Any]] = {
    "a.age": [0, 1, 2, 3, 4],
    "a.alone": [True, False],
    "b.alone": [True, False],
    "a.care": ["self", "family", "home"],
    "a.place": ["460105", "460106", "460200", "440100", "110101"],
    "b.age": [0, 1, 2, 3, 4],
    "m[0].age": [0, 1, 2, 3, 4],
    "m[1].age": [0, 1, 2, 3, 4],
}
MEANINGS = {"a.age": Meaning(whole=True), "b.age": Meaning(whole=True), "m.age": Meaning(whole=True),
            "a.care": Meaning(choices=("self", "family", "home"))}  # fmt: skip
NUMERIC = ["at_least", "at_most", "more_than", "less_than", "is", "is_not"]


def number_leaf(fact: str) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(st.sampled_from(NUMERIC), st.integers(1, 3)).map(lambda t: {"fact": fact, t[0]: t[1]})


LEAVES = st.one_of(
    number_leaf("a.age"),
    number_leaf("b.age"),
    st.booleans().map(lambda yes: {"fact": "a.alone", "is": yes}),
    st.booleans().map(lambda yes: {"fact": "b.alone", "is_not": yes}),
    st.sampled_from(["self", "home"]).map(lambda care: {"fact": "a.care", "is": care}),
    st.lists(st.sampled_from(["self", "family"]), min_size=1, max_size=2).map(lambda c: {"fact": "a.care", "in": c}),
    st.sampled_from(["460000", "460100", "460105", "440000"]).map(lambda area: {"fact": "a.place", "within": area}),
    number_leaf("m.age").map(lambda leaf: {"every": "m", "that": leaf}),
    number_leaf("m.age").map(lambda leaf: {"some": "m", "that": leaf}),
)
COUNTS = st.tuples(number_leaf("m.age"), st.sampled_from(["at_least", "is", "less_than"]), st.integers(0, 2)).map(
    lambda t: {"count": "m", "that": t[0], t[1]: t[2]}
)


def rules(leaves: st.SearchStrategy[dict[str, Any]] = LEAVES) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=7,
    )


def some_facts() -> st.SearchStrategy[dict[str, Any]]:
    """Values for some of the keys; the others are unknown."""
    return st.fixed_dictionaries({}, optional={key: st.sampled_from(values) for key, values in DOMAINS.items()})


def facts_of(values: dict[str, Any], **more: Any) -> Facts:
    return Facts({key: Fact(value) for key, value in values.items()}, repeated={"m": 2}, meanings=MEANINGS, **more)


def keys_of(rule: Any) -> set[str]:
    """The facts a rule names, members written out."""
    if isinstance(rule, list):
        return set().union(*map(keys_of, rule))
    if not isinstance(rule, dict):
        return set()
    named = {rule["fact"]} if "fact" in rule else set()
    named |= set().union(*(keys_of(part) for part in rule.values()))
    return {key for name in named for key in ([f"m[{i}].age" for i in (0, 1)] if name == "m.age" else [name])}


def worlds(rule: dict[str, Any], known: dict[str, Any]) -> list[dict[str, Any]]:
    """Every way the unknown facts of the rule can turn out."""
    unknown = sorted(keys_of(rule) - known.keys())
    return [{**known, **dict(zip(unknown, values, strict=True))} for values in product(*(DOMAINS[k] for k in unknown))]


def holds(rule: dict[str, Any], world: dict[str, Any]) -> bool:
    if "all" in rule:
        return all(holds(part, world) for part in rule["all"])
    if "any" in rule:
        return any(holds(part, world) for part in rule["any"])
    if "not" in rule:
        return not holds(rule["not"], world)
    if "every" in rule or "some" in rule or "count" in rule:
        met = [holds(rule["that"], {"m.age": world[f"m[{i}].age"]}) for i in (0, 1)]
        if "count" in rule:
            return leaf_holds({k: v for k, v in rule.items() if k not in ("count", "that")}, sum(met))
        return all(met) if "every" in rule else any(met)
    return leaf_holds({k: v for k, v in rule.items() if k != "fact"}, world[rule["fact"]])


def leaf_holds(test: dict[str, Any], value: Any) -> bool:
    [(op, limit)] = test.items()
    return {
        "at_least": lambda: value >= limit, "at_most": lambda: value <= limit, "more_than": lambda: value > limit,
        "less_than": lambda: value < limit, "is": lambda: value == limit, "is_not": lambda: value != limit,
        "in": lambda: value in limit, "within": lambda: value.startswith(limit.rstrip("0")),
    }[op]()  # fmt: skip
