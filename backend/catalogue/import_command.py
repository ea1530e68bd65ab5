"""`suishouban catalogue import FILE…`: a progress bar, a count of every kind of oddity, and a report of each row."""

import argparse
import asyncio
import csv
import sys
from collections import Counter
from pathlib import Path

from backend.catalogue import imports
from backend.catalogue.intake import Doubt, Intake, IntakeError, read
from backend.core.db import connect
from backend.core.embedded import reachable
from backend.settings import Login, Refused, load

WIDTH = 30


class NotImported(Refused):
    """Nothing was imported; a sentence a file."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--report", type=Path, help="write every rejected and repaired row here, tab-separated")


def run(args: argparse.Namespace) -> int:
    """bring in items of other catalogues as guides: to be found and read, not filed"""
    intakes = _read_all(args.files)
    with reachable(load()) as settings:
        asyncio.run(_import(settings.login("owner"), intakes))
    if args.report:
        _write_report(args.report, intakes)
    return 0


def _read_all(files: list[Path]) -> list[tuple[Path, Intake]]:
    read_files, problems = [], []
    for path in files:
        try:
            read_files.append((path, read(path)))
        except OSError as error:
            problems.append(f"{path}：打不开（{error.strerror}）。")
        except IntakeError as error:
            problems.append(str(error))
    if problems:
        raise NotImported("\n".join(problems))
    return read_files


async def _import(login: Login, intakes: list[tuple[Path, Intake]]) -> None:
    connection = await connect(login)
    try:
        for path, intake in intakes:
            async with connection.transaction():
                imported = await _one(connection, path, intake)
            _tell(f"{path.name}：新增 {imported.new}，更新 {imported.changed}，没有变化 {imported.unchanged}。")
            if imported.kept_back:
                _tell(
                    f"  {len(imported.kept_back)} 项已经是本市可以办理的事项，没有覆盖：{'、'.join(imported.kept_back[:5])}"
                )
            _summary(intake.doubts)
    finally:
        await connection.close()


async def _one(connection, path: Path, intake: Intake) -> imports.Imported:  # type: ignore[no-untyped-def]
    words = await imports.dictionary(connection)
    await imports.begin(connection)
    for start in range(0, len(intake.guides), imports.BATCH):
        await imports.add(connection, words, intake.guides[start : start + imports.BATCH])
        _bar(path.name, min(start + imports.BATCH, len(intake.guides)), len(intake.guides))
    return await imports.finish(connection, intake)


def _bar(name: str, done: int, total: int) -> None:
    if done < total and not sys.stderr.isatty():
        return  # a log wants one line, not one a batch
    full = WIDTH * done // total
    end = "\n" if done == total else ""
    sys.stderr.write(f"\r{name} [{'█' * full}{'░' * (WIDTH - full)}] {done}/{total}{end}")
    sys.stderr.flush()


def _summary(doubts: list[Doubt]) -> None:
    """Each kind of oddity once, with how often and where first."""
    kinds = Counter((doubt.rejected, doubt.column, _kind(doubt)) for doubt in doubts)
    first = {(d.rejected, d.column, _kind(d)): d for d in reversed(doubts)}
    for kind, count in sorted(kinds.items(), key=lambda one: (not one[0][0], -one[1])):
        rejected, column, say = kind
        place = f"第 {first[kind].row} 行起" if count > 1 else f"第 {first[kind].row} 行"
        _tell(f"  {'没有导入' if rejected else '已处理'} {count} 行（{place}{'，' + column if column else ''}）：{say}")


def _kind(doubt: Doubt) -> str:
    return "别名太常见，去掉" if doubt.column == "aliases" else doubt.say


def _write_report(path: Path, intakes: list[tuple[Path, Intake]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t")
        table.writerow(["file", "row", "code", "column", "rejected", "reason"])
        for source, intake in intakes:
            for d in intake.doubts:
                table.writerow(
                    [source.name, d.row, _safe(d.code), d.column, "yes" if d.rejected else "no", _safe(d.say)]
                )
    _tell(f"每一行的说明写在 {path}。")


def _safe(text: str) -> str:
    """A cell that a spreadsheet would run as a formula is shown as text."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
