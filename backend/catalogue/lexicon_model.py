"""The lexicon of a pack: everyday speech for the search. Read by way of `model.py`."""

from __future__ import annotations

import msgspec

from backend.catalogue.item_model import Strict


class Action(Strict, frozen=True, kw_only=True):
    """Something one may want done with a thing: `said` is what people say, `named` what the names of items say.

    `usual`: what is wanted when nothing is said. `beside`: an item that does it only tells of the thing or certifies it,
    and comes later unless that was asked for.
    """

    said: tuple[str, ...]
    named: tuple[str, ...]
    usual: bool = False
    beside: bool = False


class Lexicon(Strict, frozen=True, kw_only=True):
    """Everyday words for search.

    `synonyms`: groups of words that mean the same. `means`: what people say → the words of the trade it leads to, one
    way only. `together`: words people say in one question, in any order, a|b for either → the words of the trade these
    lead to. `asked`: the words of the trade, separated by blanks → questions they answer, as people ask them; whoever asks
    something alike finds the same. `life`: a sentence people say → items of this city. `actions`: renewing, replacing, cancelling …; an item
    for something else than she said comes later. `narrow`: words that make an item one for few people; it comes later
    for all others. `aside`: who or where, not what; it counts half beside other words. `common`: what says nothing.
    `elsewhere`: what people ask for and no office does; a question about it finds nothing unless it speaks of more.
    `beyond`: whole questions of that kind; what is asked alike is taken for one.
    """

    synonyms: tuple[tuple[str, ...], ...] = ()
    means: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    together: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    asked: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    life: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    actions: dict[str, Action] = msgspec.field(default_factory=dict)
    narrow: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()

    @property
    def sentences(self) -> dict[str, tuple[str, ...]]:
        """Every sentence that is known by its meaning → the words of the trade that answer it; none, where no office does."""
        answered = {said: tuple(leads.split()) for leads, asked in self.asked.items() for said in asked}
        return dict.fromkeys(self.beyond, ()) | answered
