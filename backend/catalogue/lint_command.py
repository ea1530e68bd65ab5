"""`suishouban catalogue lint`: the guide rules over everything published, or over files before they are imported."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec

from backend.catalogue.guide_lints import guide_lint
from backend.catalogue.intake import read
from backend.catalogue.intake_model import IntakeError
from backend.catalogue.lint_model import RULES, Lint
from backend.catalogue.model import Guide, Proof
from backend.catalogue.pack_lints import lint
from backend.catalogue.pack_read import STARTER, read_pack
from backend.catalogue.queries import published
from backend.catalogue.queries_lists import guides
from backend.core.db import connect
from backend.core.embedded import reachable
from backend.settings import Login, Refused, load


class NotRead(Refused):
    """A file cannot be read; a sentence."""


class Found(msgspec.Struct, frozen=True):
    code: str
    name: str
    lint: Lint


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", type=Path, nargs="*", metavar="FILE", help="default: everything published")
    parser.add_argument("--rule", type=int, choices=RULES, help="every finding of this rule, not the counts alone")


def run(args: argparse.Namespace) -> int:
    """count what breaks the guide rules, by rule; exit code 1 if an item of the city does"""
    if args.files:
        counted, found, ours = _files(args.files)
    else:
        with reachable(load()) as settings:
            counted, found, ours = asyncio.run(_published(settings.login("web")))
    for line in summary(counted, found):
        _tell(line)
    for one in found:
        if one.lint.rule == args.rule:
            _tell(f"{one.code}  {one.name}  {one.lint.field}：{one.lint.sentence}")
    return 1 if any(not one.lint.warning for one in ours) else 0


def _files(paths: list[Path]) -> tuple[int, list[Found], list[Found]]:
    try:
        read_in = [guide for path in paths for guide in read(path).guides]
    except (IntakeError, OSError) as error:
        raise NotRead(str(error)) from None
    return len(read_in), of_guides(read_in, read_pack(STARTER).proofs), []


async def _published(login: Login) -> tuple[int, list[Found], list[Found]]:
    connection = await connect(login)
    try:
        city, others = await published(connection), await guides(connection)
    finally:
        await connection.close()
    items = list(city.pack.items.values()) if city else []
    ours = [Found(item.code, item.name, one) for item in items for one in lint(city.pack, item)] if city else []
    return len(items) + len(others), ours + of_guides(others, city.pack.proofs if city else {}), ours


def of_guides(read_in: Iterable[Guide], proofs: dict[str, Proof]) -> list[Found]:
    return [Found(guide.code, guide.name, one) for guide in read_in for one in guide_lint(guide, proofs)]


def summary(counted: int, found: list[Found]) -> list[str]:
    """A line a rule that was broken: how many items, errors and warnings."""
    lines = []
    for rule, say in RULES.items():
        broken = [one for one in found if one.lint.rule == rule]
        if broken:
            levels = Counter(one.lint.level for one in broken)
            items = len({one.code for one in broken})
            lines.append(f"{rule:>2} {say}：{items} 项（错误 {levels['error']}，提醒 {levels['warning']}）")
    clean = counted - len({one.code for one in found})
    return [*lines, f"共 {counted} 项，{clean} 项没有问题。"]


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
