"""Grades one may hold in a matter, and which of them may be applied for directly."""

from __future__ import annotations

import msgspec


class Grades(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`ask`: the question that chooses one (`filing.grade`), its options from the lowest to the highest. Who applies for one that
    is not among `direct` hands in `lower` (`role.field`), the proof of the grade below; who applies for one of these does not.
    """

    ask: str
    direct: tuple[str, ...]
    lower: str
