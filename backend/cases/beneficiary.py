"""Money for the principal on the account of whoever files for her: a person looks, the machine never grants it. Pure.

Compared by keyed hashes; the city says which of its questions name an account and whose it is (`pack.yaml: beneficiary`).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from backend.cases.model import Fact
from backend.core.i18n import _

Part = Literal["account", "holder"]
Blind = Callable[[str, str], bytes]
"""A keyed hash of a value, for one purpose."""

RULE = _("收款账户是本人的")
WORDS: dict[Part, str] = {
    "account": _("收款账号和代办人自己的账号相同，要先向本人核实"),
    "holder": _("收款账户的户名和代办人的姓名相同，要先向本人核实"),
}


class Agent(msgspec.Struct, frozen=True):
    """Who files for somebody else: the keyed hashes of her accounts and of her name."""

    hashes: frozenset[bytes]


def hashed(part: Part, value: Any, blind: Blind) -> bytes:
    """Blanks and dashes are ways of writing a number, blanks and dots ways of writing a name."""
    plain = "".join(sign for sign in str(value).upper() if sign.isalnum())
    return blind(plain, f"beneficiary:{part}")


def own_of(name: str, accounts: Iterable[Any], blind: Blind) -> Agent:
    return Agent(frozenset([hashed("holder", name, blind), *(hashed("account", number, blind) for number in accounts)]))


def doubts(facts: Iterable[Fact], asks: Mapping[str, Part], agent: Agent, blind: Blind) -> tuple[str, ...]:
    """Why a person has to look, in words; empty: nothing of the agent's is named. `asks`: element → what it names."""
    named = [
        asks[fact.element]
        for fact in facts
        if fact.element in asks and hashed(asks[fact.element], fact.value, blind) in agent.hashes
    ]
    return tuple(dict.fromkeys(WORDS[part] for part in named))
