"""`suishouban clock`, as a script reads it."""

import argparse
import json

import pytest

from backend.core.clock_command import COMMAND


def run(line: str) -> int:
    parser = argparse.ArgumentParser()
    COMMAND[1](parser)
    return COMMAND[2](parser.parse_args(line.split()))


def test_the_answer_is_json_with_the_due_date_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    line = "--start 2026-09-25 --limit 20 --unit workday --pause 2026-10-12:2026-10-20 --pause 2026-10-22:"
    assert run(line + " --today 2026-11-05") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["due"], answer["provisional"], answer["open_pause"]) == ("2026-11-20", True, True)
    assert answer["paused"][1] == {"first": "2026-10-23", "last": "2026-11-05", "name": ""}


@pytest.mark.parametrize(
    "line",
    [
        "--start 2026-02-30 --limit 5",
        "--start gestern --limit 5",
        "--start 2026-09-25 --limit five",
        "--start 2026-09-25 --limit -5",
        "--start 2026-09-25 --limit 99999999999999999999",
        "--start 2026-09-25 --limit 5 --unit fortnight",
        "--start 2026-09-25 --limit 5 --pause 2026-10-12",
        "--start 2026-09-25 --limit 5 --pause 2026-10-20:2026-10-12",
        "--start 2026-09-25 --limit 5 --pause :2026-10-12",
        "--start 2026-09-25 --limit 5 --today 2026-13-01",
    ],
)
def test_bad_input_is_one_sentence_and_exit_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(line) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.endswith("。\n")
    assert output.err.count("\n") == 1
