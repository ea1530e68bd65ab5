"""What the machine found: stored with the case, read on the desk and by the applicant."""

from datetime import datetime
from typing import Any

import msgspec


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """One fact a rule looked at. `value` only where the element is public, else `hash`: a keyed hash that proves, without
    showing it, which value it was. Both empty: it was not known.
    """

    fact: str  # role.element
    label: str
    source: str = ""  # register.population …; "" for what was filed
    value: Any = None
    hash: str = ""


class RuleFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One rule in people's words, worded as being true. `verdict` None: it cannot be told from what is known."""

    rule: str
    words: str
    verdict: bool | None
    values: tuple[Looked, ...] = ()
    basis: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """`verdict` True: every rule is clearly true and the machine may grant. Anything else only sends the case to a person.

    `version`: of the item, whose rules these are.
    """

    verdict: bool | None
    rules: tuple[RuleFinding, ...]
    version: int
    at: datetime

    @property
    def doubts(self) -> tuple[RuleFinding, ...]:
        """What a person has to look at."""
        return tuple(rule for rule in self.rules if rule.verdict is not True)
