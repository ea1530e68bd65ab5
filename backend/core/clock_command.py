"""`suishouban clock`: count one limit and say why, as JSON."""

import argparse
import sys
from datetime import UTC, date, datetime

import msgspec

from backend.core.clock import ClockError, Pause, Unit, explain, local_day
from backend.core.workdays import published_calendar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    # Plain strings here: argparse would refuse a bad value in its own words; below they are sentences.
    parser.add_argument("--start", required=True, metavar="YYYY-MM-DD", help="day of the event; it is not counted")
    parser.add_argument("--limit", required=True, metavar="N", help="how many; 0 ends on the day itself")
    parser.add_argument("--unit", default=Unit.WORKDAY.value, metavar="|".join(Unit), help="what is counted")
    parser.add_argument(
        "--pause", action="append", default=[], metavar="FROM:TO", help="empty TO: still open; repeatable"
    )
    parser.add_argument("--today", metavar="YYYY-MM-DD", help="default: today in Shanghai")


def run(args: argparse.Namespace) -> int:
    try:
        answer = _answer(args)
    except ClockError as refusal:
        print(refusal, file=sys.stderr)
        return 2
    print(msgspec.json.format(msgspec.json.encode(answer)).decode())
    return 0


def _answer(args: argparse.Namespace) -> dict[str, object]:
    start, limit, unit = _day(args.start, "--start"), _number(args.limit), _unit(args.unit)
    today = _day(args.today, "--today") if args.today else local_day(datetime.now(UTC))
    why = explain(start, limit, unit, [_pause(text) for text in args.pause], today, published_calendar())
    return {**msgspec.structs.asdict(why.due), **msgspec.structs.asdict(why), "due": why.due.due, "today": today}


def _day(text: str, option: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ClockError(f"{option} 的日期“{text}”看不懂，请写成 2026-09-25 这样。") from None


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ClockError(f"--limit 的“{text}”不是整数，请写成 20 这样。") from None


def _unit(text: str) -> Unit:
    try:
        return Unit(text)
    except ValueError:
        raise ClockError(f"--unit 的“{text}”不认识，请用 workday(工作日)、day(自然日)或 month(月)。") from None


def _pause(text: str) -> Pause:
    start, colon, end = text.partition(":")
    if not colon:
        raise ClockError(f"--pause 的“{text}”少了冒号，请写成 2026-10-12:2026-10-20;还没结束就把后面留空。")
    return Pause(_day(start, "--pause"), _day(end, "--pause") if end else None)


COMMAND = ("clock", add_arguments, run)
COMMANDS = [COMMAND]
