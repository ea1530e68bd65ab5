"""A guide as a graph: its questions, its results, and for each rule an edge from every question it looks at. Pure."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from backend.core.conditions import AnyOf, Compare, Condition, Facts, Key, Leaf, Not, Score, Total
from backend.core.conditions_sight import Sight
from backend.core.conditions_values import meets
from backend.scenarios.model import Question, Result, Scenario
from backend.scenarios.words import plain_words

MOST_LABELS = 4
SIGNS = {"at_least": "≥ ", "at_most": "≤ ", "more_than": "> ", "less_than": "< ", "before": "早于 ", "after": "晚于 ",
         "is": "是 ", "is_not": "不是 ", "in": "是 ", "within": "在 ", "includes": "选了 ", "matches": "符合 ", "known": "答过 "}  # fmt: skip


class Node(msgspec.Struct, frozen=True):
    """`number`: the question's place in the author's order, from 1; results have none."""

    id: str
    kind: Literal["question", "item", "advice"]
    text: str
    number: int = 0
    layer: int = 0


class Edge(msgspec.Struct, frozen=True):
    """`loose`: one way of several; the target may also be reached by another."""

    source: str
    target: str
    label: str
    loose: bool = False


class Graph(msgspec.Struct, frozen=True):
    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(scenario: Scenario) -> Graph:
    """Questions stand in the layer after the last question that shows them, results in the last layer."""
    edges = [edge for q in scenario.questions for rule in q.rules for edge in _edges(scenario, rule, q.ask)]
    layers = _layers(scenario, edges)
    nodes = [
        Node(q.ask, "question", q.text, number, layers[q.ask]) for number, q in enumerate(scenario.questions, start=1)
    ]
    last = max(layers.values()) + 1
    for result in scenario.results:
        nodes.append(Node(_id(result), "item" if result.item else "advice", result.item or result.advice, 0, last))
        edges += _edges(scenario, result.when, _id(result))
    return Graph(scenario.title, tuple(nodes), _merged(edges))


def _id(result: Result) -> str:
    """A result may be called what a question is called."""
    return f"→{result.id}"


def _layers(scenario: Scenario, edges: list[Edge]) -> dict[str, int]:
    layers: dict[str, int] = {}
    for at in scenario.settled:
        ask = scenario.questions[at].ask
        before = [layers[edge.source] for edge in edges if edge.target == ask and edge.source in layers]
        layers[ask] = max(before) + 1 if before else 0
    return layers


def _merged(edges: list[Edge]) -> tuple[Edge, ...]:
    """Several looks of one rule at one question are one edge."""
    found: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        place = (edge.source, edge.target)
        known = found.get(place)
        if known is None:
            found[place] = edge
        elif edge.label not in known.label.split(" / "):
            found[place] = msgspec.structs.replace(
                known, label=f"{known.label} / {edge.label}", loose=known.loose and edge.loose
            )
    return tuple(found.values())


def _edges(scenario: Scenario, rule: Condition, target: str) -> Iterator[Edge]:
    sight = Sight(Facts(kinds=scenario.kinds, meanings=scenario.meanings))
    for leaf, straight, loose in _leaves(rule, True, False):
        for ask, label in _looks(scenario, leaf, straight, sight):
            if ask != target:
                yield Edge(ask, target, label, loose)


def _leaves(node: Condition, straight: bool, loose: bool) -> Iterator[tuple[Any, bool, bool]]:
    """Each comparison, whether it is meant as it stands, and whether another may stand for it."""
    if isinstance(node, Not):
        yield from _leaves(node.of, not straight, loose)
    elif isinstance(parts := getattr(node, "of", None), tuple):
        either = isinstance(node, Score) or (len(parts) > 1 and isinstance(node, AnyOf) is straight)
        for part in parts:
            yield from _leaves(part, straight, loose or either)
    else:
        yield node, straight, loose


def _looks(scenario: Scenario, leaf: Any, straight: bool, sight: Sight) -> Iterator[tuple[Key, str]]:
    if isinstance(leaf, Leaf):
        question = scenario.question(leaf.of.fact)
        if question:
            yield question.ask, _answers(question, leaf, straight)
            return
        for ask in sight.asks(leaf.of):
            if scenario.question(ask):
                yield ask, f"{leaf.of.fact} {_sign(leaf, straight)}"
    elif isinstance(leaf, Compare):
        for one, other in ((leaf.left, leaf.right), (leaf.right, leaf.left)):
            yield from ((ask, _against(scenario, other.fact)) for ask in sight.asks(one) if scenario.question(ask))
    elif isinstance(leaf, Total):
        words = f"合计 {_sign(leaf, straight)}"
        yield from ((ask, words) for of in leaf.terms for ask in sight.asks(of) if scenario.question(ask))


def _against(scenario: Scenario, fact: Key) -> str:
    other = scenario.question(fact)
    return f"和“{other.text if other else fact}”比"


def _answers(question: Question, leaf: Leaf, straight: bool) -> str:
    """The options that meet it, by their labels; else the comparison itself."""
    if leaf.op == "known" or question.kind == "bands" or not question.options:
        return _sign(leaf, straight, question)
    values = [(o.label, frozenset({o.value}) if question.kind == "several" else o.means) for o in question.options]
    met = [label for label, value in values if meets(value, leaf.op, leaf.value) is straight]
    if question.kind == "several" and not straight:
        return _sign(leaf, straight, question)
    if not met:
        return _sign(leaf, straight, question)
    return "、".join(met) if len(met) <= MOST_LABELS else f"{'、'.join(met[:3])}等 {len(met)} 项"


def _sign(leaf: Any, straight: bool, question: Question | None = None) -> str:
    if isinstance(leaf.value, bool):
        yes = leaf.value is straight if leaf.op != "is_not" else leaf.value is not straight
        return ("答过" if yes else "没有答") if leaf.op == "known" else ("是" if yes else "否")
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    said = "、".join(plain_words(question, value) for value in values[:3]) + ("等" if len(values) > 3 else "")
    return f"{'' if straight else '不是：'}{SIGNS[leaf.op]}{said}"
