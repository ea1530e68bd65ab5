"""A guide's file as it is written: `scenarios/<id>.yaml`. The JSON Schema for editors is generated from these types."""

from typing import Any

import msgspec


class QuestionFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of `choose`, `several`, `bands` or `type`, or none of them: then the element's own type."""

    ask: str
    text: str = ""
    help: str = ""
    why: str = ""
    choose: list[str] | dict[str, str] = []
    several: list[str] | dict[str, str] = []
    none: str = ""
    bands: list[str | int] = []
    type: str = ""
    unit: str = ""
    least: int | None = None
    most: int | None = None
    when: dict[str, Any] | None = None
    force: bool = False


class ResultFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An `item` by its name, or `advice` in words. Without `when` an item's own `fits` decides; a `when` that wants it,
    too, says `item: fits` where it belongs."""

    id: str = ""
    item: str = ""
    advice: str = ""
    bind: dict[str, str] = {}
    when: dict[str, Any] | None = None
    say: str = ""


class ScenarioFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`scenarios/<id>.yaml`."""

    title: str
    summary: str = ""
    glyph: str = ""
    parties: dict[str, str] = {}
    questions: list[QuestionFile]
    results: list[ResultFile]
