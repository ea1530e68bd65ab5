"""The verdict of a condition over facts, why, and what could still change it."""

from backend.core.conditions_model import Condition, Facts, Judgement, Reason, Trust


def judge(condition: Condition, facts: Facts, *, least: Trust = "D") -> Judgement:
    """`least`: facts of lower trust count as unknown, unless a leaf names its own (examination: "B")."""
    raise NotImplementedError


def trace(condition: Condition, facts: Facts, *, least: Trust = "D") -> tuple[Reason, ...]:
    """Every leaf with its own verdict, in the rule's order: for the desk and for authors."""
    raise NotImplementedError
