"""The one rule language of the product, three-valued and pure. This module is the door; the rooms are beside it.

    condition = decode({"fact": "applicant.age", "at_least": 80, "say": "年满 80 周岁"}, "items/x.yaml: fits")
    judge(condition, Facts({"applicant.age": Fact(82)})).verdict        # True

`conditions_model.py` the words · `conditions_decode.py` reading them strictly ·
`conditions_names.py` which facts they name, and renaming · `conditions_judge.py` the verdict,
the reasons and what is still open · `conditions_cells.py` facts that occur twice · `conditions_values.py` comparing values · `conditions_derive.py` ages and the like.
"""

from backend.core.conditions_decode import decode, decode_derived
from backend.core.conditions_derive import CHECKS, DERIVATIONS
from backend.core.conditions_judge import judge, trace
from backend.core.conditions_model import (
    ALWAYS,
    All,
    AnyOf,
    Band,
    Compare,
    Condition,
    ConditionError,
    Count,
    Every,
    Fact,
    Facts,
    ItemFits,
    Judgement,
    Key,
    Leaf,
    Meaning,
    Not,
    Operand,
    Reason,
    Score,
    Some,
    Somewhere,
    Sum,
    Total,
    Trust,
    Value,
)
from backend.core.conditions_names import bind, mentions_fits, nodes_of, refuse_cycles, roles_of, uses_of

__all__ = [
    "ALWAYS", "CHECKS", "DERIVATIONS", "All", "AnyOf", "Band", "Compare", "Condition", "ConditionError", "Count",
    "Every", "Fact", "Facts", "ItemFits", "Judgement", "Key", "Leaf", "Meaning", "Not", "Operand", "Reason", "Score", "Some",
    "Somewhere", "Sum", "Total", "Trust", "Value", "bind", "decode", "decode_derived", "judge",
    "mentions_fits", "nodes_of", "refuse_cycles", "roles_of", "trace", "uses_of",
]  # fmt: skip
