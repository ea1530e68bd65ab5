"""Every text of a pack that people read, with its place. Pure.

What is left out is no text for people, or is Chinese by its nature: words of the search, examples that prove rules, the
documents offices issue (their legal text), reviews. A place is stable as long as its author does not move the text:
`elements.person.name.label`, `items.护理补贴.steps.2.says`.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from backend.catalogue.item_model import CaseType, ItemType, Subject

Raw = dict[str, Any]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FILES = ("pack", "elements", "materials", "certificates", "registers", "offices", "items", "scenarios", "proofs", "announcements")  # fmt: skip
NO_TEXT = {"aliases", "keywords", "words", "examples", "example", "code", "rule", "region", "uscc", "item", "result_of", "items", "departments_of"}  # fmt: skip
KEYS_ARE_NAMES = {"themes", "departments", "proofs", "announcements", "certain_laws"}
# What may not be missing in a language the pack names: whatever one chooses, is asked, brings or goes to.
NEEDED = re.compile(
    r"^(pack\.(name|kinds|roles|regions|themes|life_events|credit)|elements\..*\.(label|help|why|options|unit|topic)|materials\..*\.(label|help|issuer)"
    r"|certificates\.|registers\..*\.label|offices\.|scenarios\.|types\."
    r"|items\.[^.]+\.(name|summary|department|themes|roles|result\.name|fee|situations|agent_reason|on_paper|steps\.\d+\.(name|who)|visits))"
)


class Text(msgspec.Struct, frozen=True):
    """A text and where it stands. `needed`: its translation may not be missing."""

    place: str
    chinese: str

    @property
    def needed(self) -> bool:
        return bool(NEEDED.match(self.place))


def texts_of(raw: Raw) -> Iterator[Text]:
    """In the order of the files; a text that stands at several places comes as often."""
    for kind in (ItemType, CaseType, Subject):
        for one in kind:
            yield Text(f"types.{one.name}", str(one))
    for file in FILES:
        yield from _texts(raw.get(file, {}), file)
    for kind, wording in raw.get("documents", {}).get("wordings", {}).items():
        yield from _texts(wording.get("title", ""), f"documents.{kind}.title")


def texts_of_written(raw: Raw) -> Iterator[Text]:
    """Those of a part of a pack as it is written, such as one item with its elements and materials."""
    for file, data in raw.items():
        yield from _texts(data, file)


def _texts(data: Any, place: str) -> Iterator[Text]:
    if isinstance(data, str):
        if CHINESE.search(data):
            yield Text(place, data.strip())
    elif isinstance(data, list):
        for number, one in enumerate(data):
            yield from _texts(one, f"{place}.{number}")
    elif isinstance(data, dict):
        names = place.rpartition(".")[2] in KEYS_ARE_NAMES
        for key, value in data.items():
            if key in NO_TEXT:
                continue
            if names and CHINESE.search(key):
                yield Text(f"{place}.{key}", key)
            yield from _texts(value, f"{place}.{key}")
