"""What a program is answered, with the city's texts in its language: the fields people read, never codes or answers."""

from typing import Any, TypeVar

import msgspec

from backend.core.city_words import city_word

READ = frozenset((
    "name", "title", "label", "text", "summary", "help", "why", "hint", "advice", "reason", "reasons", "department",
    "source", "conditions", "who", "visits_reason", "limit_basis", "agent_reason", "on_paper", "when", "ways",
    "mistakes", "sample", "result", "result_sample", "delivery", "basis", "places", "place", "window", "opens",
    "address", "steps", "says", "quantity", "grades", "together", "intermediary", "hours", "fee", "fee_basis",
    "rules", "situations", "situation", "situation_says", "q", "a", "faq", "subjects", "themes", "type", "issuer",
    "topic", "options", "filled", "materials", "form", "questions", "choices", "subject", "unit", "lead", "purpose",
    "instead", "by",
))  # fmt: skip
T = TypeVar("T")


def localised(value: T, language: str) -> T:
    """The same Struct, list or tuple with every text of those fields said in `language`."""
    return _localised(value, language)  # type: ignore[no-any-return]


def _localised(value: Any, language: str) -> Any:
    if isinstance(value, str):
        return city_word(str(value), language)
    if isinstance(value, list | tuple):
        return type(value)(_localised(one, language) for one in value)
    if isinstance(value, dict):
        return {name: _localised(one, language) if name in READ else one for name, one in value.items()}
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **_fields(value, language))
    return value


def _fields(value: msgspec.Struct, language: str) -> dict[str, Any]:
    held = {name: getattr(value, name) for name in value.__struct_fields__}
    return {
        name: _localised(one, language)
        for name, one in held.items()
        if name in READ or (isinstance(one, list | tuple) and any(isinstance(each, msgspec.Struct) for each in one))
    }
