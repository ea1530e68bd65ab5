"""The move table as a picture and as a table, for the docs."""

from backend.cases.states import LABELS, TABLE, public_state


def mermaid() -> str:
    lines = ["stateDiagram-v2"]
    lines += [f"    {state}: {label}" for state, label in LABELS.items()]
    for move in TABLE:
        lines += [f"    {before} --> {move.after or before}: {move.name}" for before in move.before or ("[*]",)]
    return "\n".join(lines) + "\n"


def markdown() -> str:
    """`docs/case-life.md`; a test keeps the file equal to this."""
    rows = [
        f"| `{move.name}` {move.says} | {_words(move.before) or '(new)'} | {move.after or '(same)'} | {_words(sorted(move.by))} "
        f"| {move.effect} | {move.notice or 'none'} | {_words(move.requires)}{' (once)' if move.once else ''} |"
        for move in TABLE
    ]
    states = [f"| `{state}` | {label} | {public_state(state)} |" for state, label in LABELS.items()]
    return HEADING + "\n".join(rows) + STATES + "\n".join(states) + f"\n\n```mermaid\n{mermaid()}```\n"


def _words(names: object) -> str:
    return ", ".join(map(str, names))  # type: ignore[call-overload]


HEADING = """\
# The life of a case

Generated from `backend/cases/states.py` (`python -m backend.cases.diagram > docs/case-life.md`); the SQL trigger
(`0006_case_moves.sql`, its moves as they are now in `0026_case_life.sql`) is generated from the same table and refuses
everything else. `(same)`: the case stays what it is, and the event counts. What silence does and when the machine moves by
itself stands in [clock.md](clock.md), several departments in one case in [joint.md](joint.md).

| move | from | to | by | clocks | applicant told | must say |
|---|---|---|---|---|---|---|
"""
STATES = """

| state | people read | public state |
|---|---|---|
"""

if __name__ == "__main__":
    print(markdown(), end="")  # noqa: T201
