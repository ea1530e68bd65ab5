"""A real mail server (aiosmtpd) on this machine, and moods of it that real ones have."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP


class MailServer:
    """`letters` is what it has taken. `mood`: kind, or drops (takes a letter and hangs up before its 250), or the answer it gives."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.mood = "kind"
        self.port = 0
        self.taken = asyncio.Event()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.mood.startswith("RCPT "):
            return self.mood.removeprefix("RCPT ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.mood.startswith("DATA "):
            return self.mood.removeprefix("DATA ")
        self.letters.append(message_from_bytes(envelope.content, policy=default))
        self.recipients.append(list(envelope.rcpt_tos))
        self.taken.set()
        if self.mood == "drops":
            await asyncio.sleep(0.3)
            server.transport.abort()
        return "250 OK"


@asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[MailServer]:
    mail = MailServer()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mail, tls_context=tls, require_starttls=tls is not None, loop=loop), "127.0.0.1", 0
    )
    mail.port = server.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        server.close()
