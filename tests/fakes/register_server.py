"""A register of another authority: real HTTP on this machine, signed both ways, with moods.

As a server for a demo: `python -m tests.fakes.register_server --port 8203 FOLDER` answers for every register named in the
demo's cast and writes FOLDER/registers.json, which REGISTERS_FILE is to name. Type a mood and Enter to change it.
"""

import argparse
import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from backend.registers.signatures import Key, Stamp, signed_answer, verified_request

OURS = Key("hmac-sha256", b"a secret between two authorities, 32 bytes or more")
MOODS = (
    "good", "slow", "down", "error", "forged", "replayed", "contradictory", "another", "garbage", "huge", "busy", "old", "unknown",
)  # fmt: skip


class RegisterServer:
    """`records`: register → number → facts. `asked`: (register, number) of every question whose signature was right, oldest first.

    `mood`: good; slow (answers after `delay`); down (hangs up); error (500); forged (another key); replayed (its first answer over and
    over, signed); contradictory (two records); another (somebody else's); garbage; huge; busy (429, Retry-After 7); old (a month ago);
    unknown (has no record of anybody).
    """

    def __init__(self, records: dict[str, dict[str, dict[str, Any]]] | None = None) -> None:
        self.records = records or {}
        self.asked: list[tuple[str, str]] = []
        self.refused = 0
        self.mood, self.delay, self.port = "good", 3.0, 0
        self.clock = lambda: datetime.now(UTC)
        self.purposes: list[tuple[str, str]] = []
        self.facts_asked: list[list[str]] = []
        self._private = Ed25519PrivateKey.generate()
        self._nonces: set[str] = set()
        self._first: tuple[int, dict[str, str], bytes] | None = None

    @property
    def key(self) -> Key:
        raw = self._private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return Key("ed25519", raw)

    def endpoints(self, *registers: str, patience: float = 1.0) -> dict[str, dict[str, Any]]:
        """What the operator writes into the file of REGISTERS_FILE."""
        public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {
            code: {
                "url": f"http://127.0.0.1:{self.port}/{code}/facts",
                "key_id": "suishouban",
                "key": f"hmac-sha256:{base64.b64encode(OURS.raw).decode()}",
                "answer_key": f"ed25519:{base64.b64encode(public).decode()}",
                "patience": patience,
            }
            for code in registers or self.records
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if self.mood == "down":
            return False
        status, said, content = self._answer(first.split(" ")[1], headers, body)
        if self.mood == "slow":
            await asyncio.sleep(self.delay)
        said |= {"Content-Length": str(len(content)), "Connection": "keep-alive"}
        top = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        writer.write(f"HTTP/1.1 {status} x\r\n{top}\r\n".encode() + content)
        await writer.drain()
        return True

    def _answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        uri = f"http://{headers['host']}{path}"
        stamp = verified_request("POST", uri, headers, body, OURS, self.clock())
        if stamp is None or stamp.nonce in self._nonces:
            self.refused += 1
            return 401, {}, b""
        self._nonces.add(stamp.nonce)
        question = json.loads(body)
        self.asked.append((question["register"], question["subject"]["identity"]))
        self.purposes.append((question["purpose"], question["basis"]))
        self.facts_asked.append(question["facts"])
        return self._told(question, stamp)

    def _told(self, question: dict[str, Any], stamp: Stamp) -> tuple[int, dict[str, str], bytes]:
        if self.mood == "error":
            return 500, {}, b"Traceback"
        if self.mood == "busy":
            return 429, {"retry-after": "7"}, b""
        if self.mood == "replayed" and self._first:
            return self._first
        content = json.dumps({"request": question["request"], "records": self._records(question)}).encode()
        if self.mood == "garbage":
            content = b'{"request": 7, "records": "nothing"}'
        if self.mood == "huge":
            content = b" " * 300_000
        key = Key("ed25519", bytes(32)) if self.mood == "forged" else self.key
        now = Stamp(int(self.clock().timestamp()), stamp.nonce, "register")
        told = 200, signed_answer(200, content, now, key), content
        self._first = self._first or told
        return told

    def _records(self, question: dict[str, Any]) -> list[dict[str, Any]]:
        known = self.records.get(question["register"], {}).get(question["subject"]["identity"])
        if known is None or self.mood == "unknown":
            return []
        facts = {element: value for element, value in known.items() if element in question["facts"]}
        at = self.clock() - (timedelta(days=31) if self.mood == "old" else timedelta())
        records = [{"as_of": at.isoformat(), "facts": facts}]
        if self.mood == "contradictory":
            records.append({"as_of": at.isoformat(), "facts": {e: _other(value) for e, value in facts.items()}})
        if self.mood == "another":
            records[0]["facts"] = facts | {"person.id_number": "110101199003077571"}
        return records


def _other(value: Any) -> Any:
    return not value if isinstance(value, bool) else f"{value}不对" if isinstance(value, str) else value + 1


@asynccontextmanager
async def register_server(
    records: dict[str, dict[str, dict[str, Any]]] | None = None, port: int = 0
) -> AsyncIterator[RegisterServer]:
    register = RegisterServer(records)
    server = await asyncio.start_server(register.serve, "127.0.0.1", port)
    register.port = server.sockets[0].getsockname()[1]
    try:
        yield register
    finally:
        server.close()


async def demo(port: int, folder: Path) -> None:
    from backend.catalogue.pack_read import STARTER
    from backend.demo.actions import read_cast

    records: dict[str, dict[str, dict[str, Any]]] = {}
    for person in read_cast(STARTER).people:
        for code, facts in person.registers.items():
            records.setdefault(code, {})[person.facts["person.id_number"]] = facts
    async with register_server(records, port) as register:
        path = folder / "registers.json"
        path.write_text(json.dumps(register.endpoints(patience=4.0), indent=1), "utf-8")
        path.chmod(0o600)
        print(f"REGISTERS_FILE={path}; moods: {', '.join(MOODS)}", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            register.mood = line.strip() if line.strip() in MOODS else register.mood
            print(register.mood, len(register.asked), "questions", flush=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=8203)
    arguments.add_argument("folder", type=Path)
    told = arguments.parse_args()
    asyncio.run(demo(told.port, told.folder))
