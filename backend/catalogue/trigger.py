"""The SQL that refuses every change of a version that the table of moves does not know. Its text ends migration 0018."""

from collections.abc import Sequence

from backend.catalogue.states import OPEN, TABLE, Move, State


def trigger_sql() -> str:
    """Raw SQL is bound by it as well; `python -m backend.catalogue.trigger` prints it."""
    found: dict[tuple[State | None, State], list[Move]] = {}
    for move in TABLE:
        for before in move.before or (None,):
            found.setdefault((before, move.after), []).append(move)
    rows = ",\n        ".join(_row(before, after, moves) for (before, after), moves in found.items())
    return TEMPLATE.format(moves=rows, states=_quoted(list(State)), open=_quoted(list(OPEN)))


def _row(before: State | None, after: State, moves: list[Move]) -> str:
    roles = sorted({who for move in moves for who in move.by})
    other = str(all(move.other for move in moves)).lower()
    said = f"'{before}'" if before else "NULL"
    return f"({said}, '{after}', ARRAY[{_quoted([move.name for move in moves])}], ARRAY[{_quoted(roles)}], {other})"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


TEMPLATE = """\
ALTER TABLE item_versions ADD CONSTRAINT known_state CHECK (state IN ({states}));
CREATE UNIQUE INDEX one_draft_an_item ON item_versions (code) WHERE state IN ({open});

CREATE FUNCTION item_moves(before text, after text) RETURNS TABLE (moves text[], roles text[], other boolean) LANGUAGE sql IMMUTABLE AS $$
    SELECT m, r, o FROM (VALUES
        {moves}
    ) AS allowed (b, a, m, r, o) WHERE b IS NOT DISTINCT FROM before AND a = after
$$;
"""

if __name__ == "__main__":
    print(trigger_sql(), end="")  # noqa: T201
