"""DKIM is the relay's: a real one (aiosmtpd, dkimpy) takes our letter, signs it and passes it on, and the signature holds at the receiver.

Signed with the strictest canonicalisation, "simple": one blank or line end changed on the way, and it no longer holds. The headers are
those docs/operating.md names.
"""

import asyncio
from datetime import UTC, datetime

import aiosmtplib
import dkim
import msgspec
import pytest_asyncio
from aiosmtpd.smtp import SMTP
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from backend.core.jobs import Work
from backend.notifications.model import Channel
from backend.notifications.vapid import base64
from tests.notifications.knocks import as_owner, give_email, sent_out, told

SIGNED = [b"From", b"To", b"Subject", b"Date", b"Message-ID", b"List-Unsubscribe", b"List-Unsubscribe-Post", b"MIME-Version", b"Content-Type"]  # fmt: skip


class Receiver:
    """Keeps what arrives, byte for byte."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []

    async def handle_DATA(self, server, session, envelope):
        self.raw.append(envelope.original_content)
        return "250 OK"


class Relay(Receiver):
    """Signs for the sender's domain and passes on."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._to = port
        self.key = generate_private_key(65537, 2048)

    async def handle_DATA(self, server, session, envelope):
        await super().handle_DATA(server, session, envelope)
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        letter = envelope.original_content
        seal = dkim.sign(
            letter, b"relay", b"localhost", pem, canonicalize=(b"simple", b"simple"), include_headers=SIGNED
        )
        await aiosmtplib.send(
            seal + letter, sender=envelope.mail_from, recipients=envelope.rcpt_tos, hostname="127.0.0.1", port=self._to
        )
        return "250 OK"

    def record(self, name: bytes, timeout: int = 0) -> bytes:
        """What stands in the DNS of the domain."""
        assert name == b"relay._domainkey.localhost."
        key = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b"v=DKIM1; k=rsa; p=" + _plain(key)


def _plain(key: bytes) -> bytes:
    text = base64(key).replace("-", "+").replace("_", "/")
    return (text + "=" * (-len(text) % 4)).encode()


@pytest_asyncio.fixture
async def servers():
    loop, receiver = asyncio.get_running_loop(), Receiver()
    last = await loop.create_server(lambda: SMTP(receiver, loop=loop), "127.0.0.1", 0)
    relay = Relay(last.sockets[0].getsockname()[1])
    first = await loop.create_server(lambda: SMTP(relay, loop=loop), "127.0.0.1", 0)
    yield relay, receiver, first.sockets[0].getsockname()[1]
    first.close()
    last.close()


@pytest_asyncio.fixture
async def arrived(town, servers):
    """One letter she may switch off, as it came out of the relay: (what the relay took, what arrived, the domain's record)."""
    relay, receiver, port = servers
    town.settings = msgspec.structs.replace(town.settings, smtp_url=f"smtp://127.0.0.1:{port}")
    await give_email(town, "father", "father@example.org")
    case = await town.filed("father")
    await town.moved(case, "officer", "accepted")
    await told(town)
    await as_owner(town, "UPDATE notices SET next_at = now()")
    work = Work(town.worker, town.vault, town.settings, lambda: datetime.now(UTC))
    await sent_out(work, Channel.EMAIL)
    await work.close()
    return relay.raw[-1], receiver.raw[-1], relay.record


async def test_the_signature_of_the_relay_holds_at_the_receiver_and_covers_what_it_must(arrived):
    taken, letter, record = arrived
    assert b"Subject: =?utf-8?" in letter
    assert dkim.verify(letter, dnsfunc=record)
    for header in SIGNED:
        assert f"\n{header.decode()}: ".encode() in letter, header
    # Nothing in it that a server on the way may rewrite: 7 bits, whole lines, none too long.
    assert taken.isascii()
    assert b"\n" not in taken.replace(b"\r\n", b"")
    assert max(map(len, taken.split(b"\r\n"))) < 999
    for said, other in (
        (b"Message-ID: <", b"Message-ID: <x"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: x"),
        (b"/notices/stop/", b"/notices/stop/x"),
        (b"Subject: =?utf-8?", b"Subject: x =?utf-8?"),
    ):
        assert said in letter
        assert not dkim.verify(letter.replace(said, other, 1), dnsfunc=record), said
    head, _, body = letter.partition(b"\r\n\r\n")
    assert not dkim.verify(head + b"\r\n\r\n" + body.replace(b"=", b"+", 1), dnsfunc=record)
