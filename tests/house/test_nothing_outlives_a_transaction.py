"""A connection goes back to the pool as it was, without being asked to: nothing is set on it for longer than a transaction."""

import re
from pathlib import Path

BACKEND = Path(__file__).parents[2] / "backend"
FOR_THE_SESSION = re.compile(
    r"set_config\([^()]*,\s*false\)|\bSET (?!LOCAL\b|CONSTRAINTS\b|search_path\b)(?:SESSION )?[a-z_]+ (?:=|TO)|pg_(?:try_)?advisory_lock|\bCREATE TEMP(?![\s\S]{0,300}ON COMMIT DROP)|\bWITH HOLD\b"
)
UPDATES = re.compile(r"\bUPDATE\b[\s\S]{0,200}$|\bDO $")


def found_in(text: str) -> list[str]:
    return [
        match[0]
        for match in FOR_THE_SESSION.finditer(text)
        if not UPDATES.search(text[max(0, match.start() - 200) : match.start()])
    ]


def test_no_statement_sets_anything_for_a_whole_session() -> None:
    wrong = {
        str(path.relative_to(BACKEND)): found
        for path in BACKEND.rglob("*.py")
        if path.parts[-2] != "migrations" and (found := found_in(path.read_text("utf-8")))
    }
    assert wrong == {}


def test_what_would_outlive_its_transaction_is_seen() -> None:
    said = ("SELECT set_config('app.viewer', $1, false)", "SET lock_timeout = '1s'", "SELECT pg_advisory_lock(1)")
    assert all(found_in(one) for one in said)
    assert not found_in("SET LOCAL lock_timeout = '1s'")
    assert not found_in("UPDATE cases SET state = $1")
