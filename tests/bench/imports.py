"""How long 12,000 items take to come in: `python -m tests.bench.imports [ITEMS]`, in a database of its own.

A table in the national columns as CSV and as XLSX, read, checked and published; then the same again, unchanged.
"""

import asyncio
import csv
import io
import sys
import tempfile
import time
from pathlib import Path

import openpyxl

from backend.catalogue import imports
from backend.catalogue.intake import read_bytes
from backend.catalogue.intake_columns import COLUMNS
from backend.catalogue.intake_model import Intake
from backend.core.db import connect
from backend.core.embedded import reachable
from backend.core.migrate import migrate_for
from backend.settings import Login, load

TARGET = 30.0
WORDS = ("公路", "建设项目", "出版物", "食品", "特种设备", "医疗机构", "民办学校", "危险化学品", "户外广告", "取水")
DEEDS = ("许可", "备案", "变更登记", "延续", "注销", "年度核验", "补发", "查询")


def rows(items: int) -> list[list[str]]:
    """Names of parts that real catalogues are made of, each once; all columns filled."""
    example = {column.code: column.example for column in COLUMNS}
    made = []
    for n in range(items):
        name = f"{WORDS[n % 10]}{DEEDS[n // 10 % 8]}（第 {n} 种，{WORDS[n // 80 % 10]}）"
        row = example | {"task_code": f"BENCH-{n:06d}", "task_name": name, "alias": f"{name[:4]}证{n}"}
        made.append([row[column.code] for column in COLUMNS])
    return [[column.label for column in COLUMNS], *made]


def comma(table: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return text.getvalue().encode()


def sheet(table: list[list[str]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    for row in table:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def publish(login: Login, intake: Intake) -> imports.Imported:
    db = await connect(login)
    try:
        async with db.transaction():
            words = await imports.dictionary(db)
            await imports.begin(db)
            for start in range(0, len(intake.guides), imports.BATCH):
                await imports.add(db, words, intake.guides[start : start + imports.BATCH])
            return await imports.finish(db, intake)
    finally:
        await db.close()


def main() -> None:
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 12_000
    table = rows(items)
    files = {"again.csv": comma(table), "table.xlsx": sheet(table)}
    with tempfile.TemporaryDirectory() as folder, reachable(load({"DATA": str(Path(folder) / "db")})) as settings:
        asyncio.run(migrate_for(settings))
        for name, data in {"table.csv": files["again.csv"], **files}.items():
            begun = time.perf_counter()
            intake = read_bytes(name, data, "bench")
            read = time.perf_counter() - begun
            done = asyncio.run(publish(settings.login("owner"), intake))
            took = time.perf_counter() - begun
            verdict = "ok" if took < TARGET else "TOO SLOW"
            print(
                f"{name}: {len(intake.guides)} items, read {read:.1f} s, in all {took:.1f} s (target {TARGET:.0f}) {verdict}; "
                f"new {done.new}, changed {done.changed}, unchanged {done.unchanged}"
            )


if __name__ == "__main__":
    main()
