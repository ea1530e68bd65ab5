"""E-mail: what a letter looks like, and handing it over. The only module that knows `aiosmtplib`.

The message is handed to the next mail server over TLS, or to one on this machine. What happens before the first byte of
the message is certainly not sent; once it is on its way and no answer comes, nobody knows, and it is not sent again.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib
import msgspec

from backend.core.assets import Assets
from backend.core.crypto import Vault
from backend.core.i18n import DEFAULT, _, translate
from backend.core.render import Pages, saying
from backend.notifications.matters import ALWAYS
from backend.notifications.messages import message
from backend.notifications.model import SENT, Answer, MailTask, Sending
from backend.notifications.stopping import stop_path
from backend.settings import Settings, is_loopback

PATIENCE = 30.0  # seconds up to the message; as much again for the message
PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
CODE_SUBJECT = _("%(code)s 是您的随手办验证码")
WIRE = SMTP.clone(cte_type="7bit")  # every server on the way takes that


async def _nothing() -> None:
    return None


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """The next mail server. `tls`: from the first byte; `starttls`: required before anything is said."""

    host: str
    port: int
    tls: bool
    starttls: bool
    username: str | None
    password: str | None


def door(smtp_url: str) -> Door:
    """smtp://[user:password@]host[:587] asks for STARTTLS, except on this machine; smtps://host[:465] speaks TLS at once."""
    parts = urlsplit(smtp_url)
    host, tls = parts.hostname or "localhost", parts.scheme == "smtps"
    return Door(
        host=host,
        port=parts.port or (465 if tls else 587),
        tls=tls,
        starttls=not tls and not is_loopback(host),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class Mailer:
    """Writes letters and hands them over."""

    def __init__(self, settings: Settings, pages: Pages) -> None:
        self._door, self._pages, self._site = door(settings.smtp_url or ""), pages, settings.public_url
        self._vault = Vault(settings.master_key or "")
        name, address = parseaddr(settings.mail_from)
        self._from = Address(name, addr_spec=address)

    def letter(self, task: MailTask, address: str) -> EmailMessage:
        """Plain text and HTML. The same notice always has the same Message-ID and date; ValueError for an address that is none.

        What she may switch off says so in the headers that mail programs make a button of (RFC 2369, RFC 8058)."""
        said = message(task.words, task.worded or {})
        path = f"/cases/{task.words.number}" if task.own and task.words.number else task.words.page or "/inbox"
        stop = None if task.matter in ALWAYS else self._site + stop_path(self._vault, task.id)
        context = {
            "message": said,
            "link": self._site + path,
            "lang": task.language,
            "for_her": task.for_her,
            "stop": stop,
        }
        with saying(task.language, task.created_at.date()) as words:
            subject = " ".join(words(said.title).split())
        letter = EmailMessage(policy=WIRE)
        letter["Subject"] = subject
        letter["From"], letter["To"] = self._from, _address(address)
        letter["Date"], letter["Message-ID"] = format_datetime(task.created_at), self.message_id(task.id)
        letter["Auto-Submitted"] = "auto-generated"
        if stop:
            letter["List-Unsubscribe"], letter["List-Unsubscribe-Post"] = f"<{stop}>", "List-Unsubscribe=One-Click"
        letter.set_content(self._pages.render("mail/notice.txt", context, lang=task.language))
        letter.add_alternative(self._pages.render("mail/notice.html", context, lang=task.language), subtype="html")
        return letter

    def code(self, attempt: UUID, address: str, code: str, language: str = DEFAULT) -> EmailMessage:
        """A one-time code: short enough to be read in the list of letters."""
        text = self._pages.render("mail/code.txt", {"code": code}, lang=language)
        return self.plain(attempt, address, translate(language, CODE_SUBJECT, {"code": code}), text)

    def plain(self, reference: UUID, address: str, subject: str, text: str) -> EmailMessage:
        letter = EmailMessage(policy=WIRE)
        letter["Subject"] = subject
        letter["From"], letter["To"] = self._from, _address(address)
        letter["Message-ID"], letter["Auto-Submitted"] = self.message_id(reference), "auto-generated"
        letter.set_content(text)
        return letter

    def message_id(self, notice: UUID) -> str:
        return f"<{notice}@{self._from.domain}>"

    async def hand_over(self, letter: EmailMessage, handing: Callable[[], Awaitable[None]] = _nothing) -> Answer:
        """Never raises for what the other side does. `handing` is called when the message itself is about to go."""
        to = letter["To"].addresses[0].addr_spec
        server = self._server()
        try:
            async with asyncio.timeout(PATIENCE):
                await server.connect()
                await server.mail(self._from.addr_spec)
                await server.rcpt(to)
                await handing()
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            server.close()
            return _not_sent(error)
        return await self._message(server, letter)

    async def _message(self, server: aiosmtplib.SMTP, letter: EmailMessage) -> Answer:
        try:
            async with asyncio.timeout(PATIENCE):
                await server.data(letter.as_bytes())
        except aiosmtplib.SMTPResponseException as error:
            return _not_sent(error)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return Answer(state=Sending.UNKNOWN, problem=f"no answer after the message: {type(error).__name__}")
        finally:
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await server.quit(timeout=2)
            server.close()
        return SENT

    def _server(self) -> aiosmtplib.SMTP:
        to = self._door
        return aiosmtplib.SMTP(
            hostname=to.host,
            port=to.port,
            use_tls=to.tls,
            start_tls=to.starttls,
            username=to.username,
            password=to.password,
            timeout=PATIENCE / 2,
        )


def _address(text: str) -> Address:
    """ValueError for anything but one plain address: nothing a stranger typed makes a second header or recipient."""
    if not PLAIN.fullmatch(text):
        raise ValueError("not an address")
    return Address(addr_spec=text)


def _not_sent(error: Exception) -> Answer:
    """The other side said no, or nothing was handed over. Its words may quote the address: only the code is kept."""
    code = error.code if isinstance(error, aiosmtplib.SMTPResponseException) else 0
    for_good = 500 <= code < 600 and isinstance(
        error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPDataError
    )
    problem = f"mail server said {code}" if code else f"mail server not reached: {type(error).__name__}"
    return Answer(state=Sending.FAILED if for_good else Sending.RETRY, problem=problem)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Mailer]:
    yield Mailer(settings, Pages(Assets(), demo=False))
