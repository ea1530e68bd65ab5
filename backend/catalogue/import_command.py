"""`suishouban catalogue import FILE…`: a progress bar, a count of every kind of oddity, and a report of each row."""

import argparse
import asyncio
import sys
from pathlib import Path

import asyncpg

from backend.catalogue import imports
from backend.catalogue.import_report import kinds_of, report
from backend.catalogue.intake import read
from backend.catalogue.intake_model import Doubt, Intake, IntakeError
from backend.core.db import connect
from backend.core.embedded import reachable
from backend.settings import Login, Refused, load

WIDTH = 30
PATIENCE = 30  # seconds: a city that is being published, or another import, ends before that


class NotImported(Refused):
    """Nothing was imported; a sentence a file."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--report", type=Path, help="write every rejected and repaired row here, as CSV")
    parser.add_argument(
        "--source", default="", help="what a CSV or XLSX table is called here; default: its file's name"
    )
    parser.add_argument("--withdraw", action="store_true", help="what the file does not hold any more is withdrawn")


def run(args: argparse.Namespace) -> int:
    """bring in items of other catalogues as guides: to be found and read, not filed"""
    intakes = _read_all(args.files, args.source)
    with reachable(load()) as settings:
        asyncio.run(_import(settings.login("owner"), intakes, withdraw=args.withdraw))
    if args.report:
        args.report.write_bytes(report([(path.name, intake.doubts) for path, intake in intakes]))
        _tell(f"每一行的说明写在 {args.report}。")
    return 0


def _read_all(files: list[Path], source: str) -> list[tuple[Path, Intake]]:
    read_files, problems = [], []
    for path in files:
        try:
            read_files.append((path, read(path, source)))
        except OSError as error:
            problems.append(f"{path}：打不开（{error.strerror}）。")
        except IntakeError as error:
            problems.append(str(error))
    if problems:
        raise NotImported("\n".join(problems))
    return read_files


async def _import(login: Login, intakes: list[tuple[Path, Intake]], *, withdraw: bool) -> None:
    """One transaction for all files: nothing is half imported."""
    connection = await connect(login)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('lock_timeout', $1, true)", f"{PATIENCE}s")
            done = [await _one(connection, path, intake, withdraw) for path, intake in intakes]
    except asyncpg.LockNotAvailableError:
        raise NotImported("目录正在被别人改动，什么也没有导入。请过一会儿再试。") from None
    finally:
        await connection.close()
    for (path, intake), imported in zip(intakes, done, strict=True):
        _told(path, intake, imported, withdraw)


def _told(path: Path, intake: Intake, imported: imports.Imported, withdraw: bool) -> None:
    gone = "撤下" if withdraw else "文件里没有了（还留着）"
    _tell(
        f"{path.name}：新增 {imported.new}，更新 {imported.changed}，没有变化 {imported.unchanged}，"
        f"{gone} {imported.gone}。"
    )
    if imported.kept_back:
        few = "、".join(imported.kept_back[:5])
        _tell(f"  {len(imported.kept_back)} 项已经是本市可以办理的事项，没有覆盖：{few}")
    _summary(intake.doubts)


async def _one(connection: asyncpg.Connection, path: Path, intake: Intake, withdraw: bool) -> imports.Imported:
    words = await imports.dictionary(connection)
    await imports.begin(connection)
    for start in range(0, len(intake.guides), imports.BATCH):
        await imports.add(connection, words, intake.guides[start : start + imports.BATCH])
        _bar(path.name, min(start + imports.BATCH, len(intake.guides)), len(intake.guides))
    return await imports.finish(connection, intake, withdraw=withdraw)


def _bar(name: str, done: int, total: int) -> None:
    if done < total and not sys.stderr.isatty():
        return  # a log wants one line, not one a batch
    full = WIDTH * done // total
    end = "\n" if done == total else ""
    sys.stderr.write(f"\r{name} [{'█' * full}{'░' * (WIDTH - full)}] {done}/{total}{end}")
    sys.stderr.flush()


def _summary(doubts: list[Doubt]) -> None:
    for kind in kinds_of(doubts):
        place = f"第 {kind.row} 行起" if kind.count > 1 else f"第 {kind.row} 行"
        where = f"{place}，{kind.column}" if kind.column else place
        _tell(f"  {'没有导入' if kind.rejected else '已处理'} {kind.count} 行（{where}）：{kind.say}")


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
