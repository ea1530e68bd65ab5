"""A guide's file as it is written: `scenarios/<id>.yaml`. The JSON Schema for editors is generated from these types."""

from typing import Any, Literal

import msgspec

Condition = dict[str, Any]
"""A rule of docs/rules.md, or `holds: <name>` for one of the guide's own `rules`."""


class OptionFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An option with more than a label: offered only `when` this is true."""

    label: str
    help: str = ""
    when: Condition | None = None


class MustFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an answer has to meet together with earlier ones; if it does not, `say` is told at the question."""

    that: Condition
    say: str


Options = list[str | int | float | bool] | dict[str, str | int | float | bool | OptionFile]


class QuestionFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of `choose`, `several`, `bands` or `type`, or none of them: then the element's own type.

    `least` and `most` limit a number, money (fen) or a date (2026-01-31 or today).
    """

    ask: str
    text: str = ""
    help: str = ""
    why: str = ""
    choose: Options = []
    several: Options = []
    none: str = ""
    bands: list[str | int] = []
    type: str = ""
    unit: str = ""
    least: int | float | str | None = None
    most: int | float | str | None = None
    must: list[MustFile] = []
    when: Condition | None = None
    force: bool = False


class ResultFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An `item` by its name, or `advice` in words. Without `when` an item's own `fits` decides; a `when` that wants it,
    too, says `item: fits` where it belongs. `otherwise`: holds when no other result does."""

    id: str = ""
    item: str = ""
    advice: str = ""
    bind: dict[str, str] = {}
    when: Condition | None = None
    otherwise: bool = False
    say: str = ""


class ScenarioFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`scenarios/<id>.yaml`. `order: written` asks every visible question in the author's order; `show: first` ends with
    the first result that holds. `sign_in`: asks personal data, too, which then stays in the person's sealed draft.
    `calls`: what a party is called in a reason, as in 老人年满 80 周岁."""

    title: str
    summary: str = ""
    glyph: str = ""
    sign_in: bool = False
    order: Literal["fewest", "written"] = "fewest"
    show: Literal["all", "first"] = "all"
    parties: dict[str, str] = {}
    calls: dict[str, str] = {}
    rules: dict[str, Condition] = {}
    derived: dict[str, dict[str, Any]] = {}
    questions: list[QuestionFile]
    results: list[ResultFile]
