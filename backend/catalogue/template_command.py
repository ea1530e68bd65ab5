"""`suishouban catalogue template`: an empty table of items to be filled in and imported."""

import argparse
import sys
from pathlib import Path

from backend.catalogue.import_report import template
from backend.catalogue.intake_columns import COLUMNS


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, nargs="?", metavar="FILE.csv", help="default: a table of the columns, here")


def run(args: argparse.Namespace) -> int:
    """write an empty table in the columns of GB/T 39046, or tell what its columns hold"""
    if args.out:
        args.out.write_bytes(template())
        sys.stdout.write(f"空表写在 {args.out}。填好后：suishouban catalogue import {args.out}\n")
    else:
        sys.stdout.write("".join(lines()))
    return 0


def lines() -> list[str]:
    """The columns as a table in Markdown."""
    rows = [f"| {c.label} | `{c.code}` | {'必填。' if c.required else ''}{c.holds} |\n" for c in COLUMNS]
    return ["| 列 | 代码名 | 内容 |\n", "|---|---|---|\n", *rows]
