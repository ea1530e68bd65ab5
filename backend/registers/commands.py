"""`suishouban registers …`: records as a table, machines that push, and how it stands with those that are asked."""

import argparse
import asyncio
import base64
import binascii
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from backend.catalogue.intake_model import IntakeError
from backend.catalogue.intake_text import bytes_of
from backend.catalogue.queries import city
from backend.core.crypto import Vault
from backend.core.db import SHANGHAI, Tx, connect, wall_clock
from backend.core.embedded import reachable
from backend.core.errors import NotFound
from backend.registers.clients import admit, clients, shut_out
from backend.registers.endpoints import endpoints_of
from backend.registers.intake import Fault, read_table
from backend.registers.pushing import store
from backend.registers.queries import standings
from backend.settings import Refused, Settings, load

SHOWN = 200  # faults


class NotDone(Refused):
    """Nothing was changed; a sentence a line."""


def import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("register", help="its code in the pack, such as population")
    parser.add_argument("file", type=Path, metavar="FILE.csv")
    parser.add_argument("--as-of", type=datetime.fromisoformat, help="of when rows are true that do not say so; now")


def import_command(args: argparse.Namespace) -> int:
    """take in a register's records from a table: all rows, or none"""
    return _run(lambda tx, _: _import(tx, args))


async def _import(tx: Tx, args: argparse.Namespace) -> str:
    pack = (await city(tx.db)).pack
    _need_register(args.register, pack.registers)
    at = args.as_of.replace(tzinfo=args.as_of.tzinfo or SHANGHAI) if args.as_of else None
    try:
        records, faults = read_table(
            args.file.name, bytes_of(args.file), args.register, pack, tx.now.astimezone(SHANGHAI), tx.today
        )
    except IntakeError as error:
        raise NotDone(str(error)) from None
    if faults:
        raise NotDone("\n".join([*map(_told, faults[:SHOWN]), f"{len(faults)} 处要改，什么也没有导入。"]))
    stored = await store(tx, args.register, records, at)
    return f"{args.file.name}：收下 {stored.kept} 条；{stored.older} 条比已有的旧，没有动。"


def _told(fault: Fault) -> str:
    return f"第 {fault.row} 行{f'，{fault.column}' if fault.column else ''}：{fault.say}"


def admit_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("register", help="the one register it may push to")
    parser.add_argument("name", help="what it is called here")
    parser.add_argument("--public-key", help="Ed25519, 32 bytes in base64: it signs; without it a token is shown, once")


def admit_command(args: argparse.Namespace) -> int:
    """let a machine of another authority push its records"""
    return _run(lambda tx, _: _admit(tx, args))


async def _admit(tx: Tx, args: argparse.Namespace) -> str:
    _need_register(args.register, (await city(tx.db)).pack.registers)
    try:
        key = base64.b64decode(args.public_key, validate=True) if args.public_key else None
    except (binascii.Error, ValueError):
        key = b""
    if key is not None and len(key) != 32:
        raise NotDone("--public-key 要 32 个字节，写成 base64。")
    client, token = await admit(tx, args.register, args.name, key)
    return f"{client}\n{token}" if token else str(client)


def end_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("client", type=UUID, help="as `registers show` lists it")


def end_command(args: argparse.Namespace) -> int:
    """take nothing from a machine any more"""
    return _run(lambda tx, _: _end(tx, args.client))


async def _end(tx: Tx, client: UUID) -> str:
    try:
        await shut_out(tx, client)
    except NotFound:
        raise NotDone("没有这台机器，或者已经停用。") from None
    return "停用了。"


def show_command(_: argparse.Namespace) -> int:
    """machines that push, registers that are asked over the network, and whether their settings can be read"""
    return _run(_show)


async def _show(tx: Tx, settings: Settings) -> str:
    doors, states = endpoints_of(settings), await standings(tx)
    lines = [
        f"{one.id}  {one.register}  {one.name}  {'停用' if one.ended_at else '签名' if one.signs else '令牌'}  30 天收下 {one.kept}，更旧 {one.older}"
        for one in await clients(tx)
    ]
    for code, door in sorted(doors.items()):
        state = states.get(code)
        how = f"停到 {state.open_until:%H:%M:%S}（{state.said}）" if state and state.open_until else "通"
        lines.append(f"{code}  {door.url}  {how}")
    return "\n".join(lines) or "没有推送的机器，也没有要去问的登记库。"


def _need_register(code: str, known: dict) -> None:
    if code not in known:
        raise NotDone(f"没有“{code}”这个登记库；有：{'、'.join(sorted(known))}。")


def _run(done: Callable[[Tx, Settings], Awaitable[str]]) -> int:
    with reachable(load()) as settings:
        sys.stdout.write(asyncio.run(_as_owner(settings, done)) + "\n")
    return 0


async def _as_owner(settings: Settings, done: Callable[[Tx, Settings], Awaitable[str]]) -> str:
    """One transaction: nothing is half done."""
    owner, now = await connect(settings.login("owner")), wall_clock()
    try:
        async with owner.transaction():
            await owner.execute("SELECT set_config('app.now', $1, true)", now.isoformat())
            return await done(Tx(owner, Vault(settings.master_key or ""), now), settings)
    finally:
        await owner.close()


COMMANDS = [
    ("registers import", import_arguments, import_command),
    ("registers admit", admit_arguments, admit_command),
    ("registers end", end_arguments, end_command),
    ("registers show", lambda _parser: None, show_command),
]
