"""`suishouban pack …` and `suishouban catalogue …`."""

import argparse
import asyncio
import sys
from datetime import date
from pathlib import Path

import msgspec

from backend.catalogue import import_command, lint_command, template_command
from backend.catalogue.actions import Loaded, load_pack
from backend.catalogue.model import Pack
from backend.catalogue.pack_check import check
from backend.catalogue.pack_format import Review
from backend.catalogue.pack_po import catalogues_in, update
from backend.catalogue.pack_read import STARTER, Fault, PackError, build, read_folder, reviews_of
from backend.catalogue.pack_schema import pack_schema
from backend.catalogue.pack_write import published_raw, write_folder
from backend.catalogue.search import Hit, find
from backend.catalogue.search_query import Wanted
from backend.core.db import connect
from backend.core.embedded import reachable
from backend.core.errors import NotFound
from backend.settings import Login, Refused, load


class NotLoaded(Refused):
    """The pack cannot be loaded; one line a fault."""


def folder_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, nargs="?", default=STARTER, help="default: the starter city")


def check_command(args: argparse.Namespace) -> int:
    """prove that a city pack is consistent; exit code 1 if it is not"""
    try:
        raw = read_folder(args.folder)
        pack = build(raw)
        faults = [*check(pack), *_unreviewed(pack, raw)]
    except PackError as error:
        pack, faults = None, error.faults
    for fault in faults:
        _tell(str(fault))
    errors = sum(not fault.warning for fault in faults)
    if pack:
        _tell(
            f"{len(pack.items)} 项、{len(pack.elements)} 个数据元、{len(pack.materials)} 种材料、{len(pack.scenarios)} 个场景。"
        )
    _tell(f"错误 {errors}，提醒 {len(faults) - errors}。")
    return 1 if errors else 0


def _unreviewed(pack: Pack, raw: dict) -> list[Fault]:
    reviews = reviews_of(raw)
    changed = [name for name, sha256 in pack.hashes.items() if name not in reviews or reviews[name].sha256 != sha256]
    return [Fault(f"reviews.yaml: {name}", "没有这个版本的法核记录，不会发布", warning=True) for name in changed]


def load_command(args: argparse.Namespace) -> int:
    """publish the items of a city pack that were legally reviewed"""
    try:
        raw = read_folder(args.folder)
        errors = [fault for fault in check(build(raw)) if not fault.warning]
        if errors:
            raise PackError(errors)
        with reachable(load()) as settings:
            loaded = asyncio.run(_load(settings.login("owner"), raw))
    except PackError as error:
        raise NotLoaded(str(error)) from None
    _tell(f"发布 {len(loaded.published)} 项，没有变化 {len(loaded.unchanged)} 项。")
    kept = "工作台上有更新的一版，没有动"
    for names, words in (
        (loaded.unreviewed, "没有法核记录，不发布"),
        (loaded.kept, kept),
        (loaded.withdrawn, "已从城市包移除，停止办理"),
    ):
        if names:
            _tell(f"{words}：{'、'.join(names)}")
    return 0


async def _load(login: Login, raw: dict) -> Loaded:
    connection = await connect(login)
    try:
        async with connection.transaction():
            return await load_pack(connection, raw)
    finally:
        await connection.close()


def export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="a new or empty folder")


def export_command(args: argparse.Namespace) -> int:
    """write what is published now as the folder of a pack, edits made at the desk included"""
    if args.folder.exists() and any(args.folder.iterdir()):
        raise NotLoaded(f"{args.folder} 不是空的。请给一个新的文件夹。")
    with reachable(load()) as settings:
        raw = asyncio.run(_published(settings.login("owner")))
    count = write_folder(raw, args.folder)
    _tell(f"写了 {count} 个文件：{len(raw['items'])} 项、{len(raw['scenarios'])} 个场景。")
    return 0


async def _published(login: Login) -> dict:
    connection = await connect(login)
    try:
        return await published_raw(connection)
    except NotFound:
        raise NotLoaded("还没有发布过城市包。") from None
    finally:
        await connection.close()


def review_arguments(parser: argparse.ArgumentParser) -> None:
    folder_argument(parser)
    parser.add_argument("--demo", action="store_true", required=True, help="the only kind a command may write")


def review_command(args: argparse.Namespace) -> int:
    """write reviews.yaml: a demo review of every item as it stands"""
    try:
        pack = build(read_folder(args.folder))
    except PackError as error:
        raise NotLoaded(str(error)) from None
    today = date.today().isoformat()
    lines = ["# Which text of each item was legally reviewed: SHA-256 of the item with its elements and materials.\n"]
    lines += ["# These are demo reviews, made by `suishouban pack review --demo`; no lawyer has read anything.\n"]
    for name, sha256 in sorted(pack.hashes.items()):
        review = Review(sha256=sha256, by="演示法核", day=today, demo=True)
        lines.append(f'{name}: {{sha256: "{review.sha256}", by: {review.by}, day: "{review.day}", demo: true}}\n')
    (args.folder / "reviews.yaml").write_text("".join(lines), encoding="utf-8")
    _tell(f"为 {len(pack.hashes)} 项写了演示法核记录。")
    return 0


def schema_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, help="default: the screen")


def schema_command(args: argparse.Namespace) -> int:
    """the JSON Schema of a pack's files, for editors"""
    text = pack_schema()
    if args.out:
        args.out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def search_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query", help="what somebody says she needs")
    parser.add_argument("--limit", type=int, default=5)
    parser.add_argument("--offset", type=int, default=0, help="how many of the best to pass over")
    parser.add_argument("--who", choices=("person", "business"))
    parser.add_argument("--theme")
    parser.add_argument("--region", help="GB/T 2260, six digits")
    for name, means in (
        ("here", "can be filed here"),
        ("no-errand", "needs no visit"),
        ("instant", "may be granted at once"),
    ):
        parser.add_argument(f"--{name}", action="store_true", help=f"only what {means}")
    parser.add_argument("--json", action="store_true")


def search_command(args: argparse.Namespace) -> int:
    """find items by what people say"""
    with reachable(load()) as settings:
        hits = asyncio.run(_search(settings.login("web"), args))
    if args.json:
        _tell(msgspec.json.encode({"items": hits}).decode())
    else:
        for hit in hits:
            _tell(f"{hit.code}  {hit.name}（{hit.department}）{hit.reason}")
    return 0


async def _search(login: Login, args: argparse.Namespace) -> list[Hit]:
    wanted = Wanted(args.who, args.theme, args.here, args.instant, args.no_errand, args.region)
    connection = await connect(login)
    try:
        return (await find(connection, args.query, args.limit, wanted, offset=args.offset)).hits
    finally:
        await connection.close()


def messages_arguments(parser: argparse.ArgumentParser) -> None:
    folder_argument(parser)
    parser.add_argument("--language", action="append", default=[], help="a further language to begin, such as ru")


def messages_command(args: argparse.Namespace) -> int:
    """bring the pack's catalogues of other languages up to date with its texts"""
    try:
        raw = read_folder(args.folder)
    except PackError as error:
        raise NotLoaded(str(error)) from None
    for language in dict.fromkeys([*catalogues_in(args.folder), *args.language]):
        texts = [text for text in update(args.folder, raw, language) if text.id]
        said = sum(bool(text.string) and not text.fuzzy for text in texts)
        _tell(f"{language}：{len(texts)} 句，译好 {said}，要再看 {sum(text.fuzzy for text in texts)}。")
    return 0


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")


COMMANDS = [
    ("pack check", folder_argument, check_command),
    ("pack load", folder_argument, load_command),
    ("pack export", export_arguments, export_command),
    ("pack review", review_arguments, review_command),
    ("pack messages", messages_arguments, messages_command),
    ("pack schema", schema_arguments, schema_command),
    ("catalogue import", import_command.arguments, import_command.run),
    ("catalogue template", template_command.arguments, template_command.run),
    ("catalogue lint", lint_command.arguments, lint_command.run),
    ("catalogue search", search_arguments, search_command),
]
