"""Which grants a person looks at again: chosen by a keyed hash of the case, so that nobody can tell beforehand and asking again
changes nothing. Pure."""

from uuid import UUID

from backend.approval.rules import Blind


def drawn(blind: Blind, case_id: UUID, percent: float) -> bool:
    place = int.from_bytes(blind(str(case_id), "recheck")[:8]) / 2**64
    return place * 100 < percent
