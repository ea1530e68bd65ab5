"""Finding items by what somebody types in another language: the city's items, by their names and summaries in it. Pure.

The engine speaks Chinese. What is typed in Latin or Cyrillic letters alone is compared with the translations of the few
dozen items of the city: word by word, a rare word telling more than a common one, a word in a name more than in a summary.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable

from backend.catalogue.model import Item, Pack, Subject
from backend.core.catalogues import DEFAULT, LANGUAGES
from backend.core.city_words import CHINESE, city_word

WORD = re.compile(r"[^\W\d_]{2,}")
EMPTY = frozenset(["the", "a", "an", "of", "for", "to", "in", "on", "at", "my", "our", "your", "his", "her", "i", "we", "you", "how", "do", "does", "can", "get", "need", "want", "apply", "and", "or", "is", "are", "with", "from", "by", "it"])  # fmt: skip
# What people call things another way than offices do.
ALIKE = {
    "flat": "home", "house": "home", "apartment": "home", "property": "home", "id": "identity", "car": "vehicle", "driver": "driving",
    "licence": "licence", "license": "licence", "permit": "licence", "baby": "newborn", "birth": "newborn", "job": "employment", "unemployed": "unemployment",
    "elderly": "older", "senior": "older", "old": "older", "shop": "business", "company": "company", "married": "marriage", "marry": "marriage", "wedding": "marriage",
    "lease": "tenancy", "rent": "rental", "renting": "rental", "died": "death", "dead": "death", "retire": "pension", "retirement": "pension", "retiring": "pension",
    "disabled": "disability", "benefit": "allowance", "subsidy": "allowance", "hospital": "treatment", "restaurant": "food",
}  # fmt: skip
NAME, TEXT = 3.0, 1.0
LEAST, SHOWN = 0.34, 0.3  # of what was asked; of the best found


def is_foreign(q: str) -> bool:
    """Whether words are asked for, and none of them in Chinese."""
    return not CHINESE.search(q) and bool(WORD.search(q))


def found_in_other_words(pack: Pack, q: str) -> list[Item]:
    """The best first; nothing where no language the city speaks says anything like it."""
    asked = set(_words(q))
    best: dict[str, float] = {}
    for language in LANGUAGES:
        if language != DEFAULT and asked:
            for name, score in _scored(pack, language, asked).items():
                best[name] = max(best.get(name, 0.0), score)
    top = max(best.values(), default=0.0)
    return [
        pack.items[name]
        for name, score in sorted(best.items(), key=lambda one: -one[1])
        if score >= max(LEAST, SHOWN * top)
    ]


def tags_of(item: Item, region: str) -> list[str]:
    """What its results can be narrowed to, as search_index.tags says it of a row."""
    found = [f"region {region}", "here", *(f"theme {theme}" for theme in item.themes)]
    found += ["person"] if Subject.person in item.subjects else []
    found += (
        ["business"]
        if {Subject.enterprise, Subject.household_business, Subject.unincorporated} & set(item.subjects)
        else []
    )
    found += ["instant"] if item.instant else []
    return found + (["no errand"] if item.visits.count == 0 else [])


def _scored(pack: Pack, language: str, asked: set[str]) -> dict[str, float]:
    """Share of what was asked that the item's words bear, above 1 where its name does."""
    texts = {name: _texts(item, language) for name, item in pack.items.items()}
    seen = Counter(word for named, told in texts.values() for word in named | told)
    tells = {
        word: math.log(1 + len(texts) / seen[word]) if word in seen else math.log(1 + len(texts)) for word in asked
    }
    whole = sum(tells.values())
    scores = {
        name: sum(tells[w] * (NAME if w in named else TEXT) for w in asked & (named | told)) / whole
        for name, (named, told) in texts.items()
    }
    return {name: score for name, score in scores.items() if score > 0}


def _texts(item: Item, language: str) -> tuple[frozenset[str], frozenset[str]]:
    told = (item.summary, item.result.name, item.department, *item.themes)
    return _known([item.name], language), _known(told, language)


def _known(texts: Iterable[str], language: str) -> frozenset[str]:
    said = (city_word(text, language) for text in texts)
    return frozenset(word for text in said if is_foreign(text) for word in _words(text))


def _words(text: str) -> list[str]:
    words = (word.removesuffix("’s").removesuffix("'s") for word in WORD.findall(text.lower()))
    return [ALIKE.get(stem, stem) for stem in (_stem(ALIKE.get(word, word)) for word in words if word not in EMPTY)]


def _stem(word: str) -> str:
    """Registering, registered and registers are one word; enough for names of a few words."""
    for ending in ("ations", "ation", "ings", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word.removesuffix(ending)
    return word
