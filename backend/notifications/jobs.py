"""The jobs of notices: who is told, each knock, and the sweep for what got stuck."""

from typing import Any
from uuid import UUID

from backend.accounts.codes import clear_old
from backend.core.jobs import Work, at_once, enqueue_all
from backend.notifications import (
    actions,
    asking,
    codes,
    delivery,
    inbound,
    letters,
    mandate_news,
    on_paper_and_phone,
    signing,
)
from backend.notifications.model import Channel
from backend.settings import Settings


async def notify(work: Work, payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await actions.tell(tx, payload["events"], open_channels(work.settings))


def open_channels(settings: Settings) -> frozenset[Channel]:
    """The channels this installation has: e-mail where a mail server is named, push where there is a key to sign with, text
    messages where there is a gateway (in the demo the worker's own terminal). Letters can always be queued."""
    found = {Channel.INBOX, Channel.LETTER}
    if settings.sms_url or settings.demo:
        found.add(Channel.SMS)
    if settings.vapid_key:
        found.add(Channel.PUSH)
    if settings.smtp_url:
        found.add(Channel.EMAIL)
    return frozenset(found)


async def deliver_push(work: Work, payload: dict[str, Any]) -> None:
    await delivery.deliver_push(work, UUID(payload["notice"]))


@at_once(20)
async def deliver_text(work: Work, payload: dict[str, Any]) -> None:
    await on_paper_and_phone.deliver_text(work, UUID(payload["notice"]))


async def deliver_letter(work: Work, payload: dict[str, Any]) -> None:
    await on_paper_and_phone.deliver_letter(work, UUID(payload["notice"]))


@at_once(20)
async def deliver_mail(work: Work, payload: dict[str, Any]) -> None:
    await delivery.deliver_mail(work, UUID(payload["notice"]))


async def send_code(work: Work, payload: dict[str, Any]) -> None:
    await codes.send(work, UUID(payload["attempt"]))


async def tell_contact_changed(work: Work, payload: dict[str, Any]) -> None:
    await codes.tell_changed(work, UUID(payload["alarm"]))


async def clear_sign_ins(work: Work, _: dict[str, Any]) -> None:
    """Every night: attempts and limits of which nothing is needed any more."""
    async with work.transaction() as tx:
        await clear_old(tx)
        await inbound.clear_texts(tx)


async def remind(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await actions.remind(tx)


async def sweep_notices(work: Work, _: dict[str, Any]) -> None:
    """Every hour: nothing stays stuck. A notice that is claimed elsewhere or settled meanwhile is left alone."""
    async with work.transaction() as tx:
        await enqueue_all(tx.db, await delivery.stuck(tx.db))


async def announce_request(work: Work, payload: dict[str, Any]) -> None:
    await asking.announce_request(work, UUID(payload["request"]))


async def text_request(work: Work, payload: dict[str, Any]) -> None:
    await asking.text_request(work, UUID(payload["request"]))


async def write_letter(work: Work, payload: dict[str, Any]) -> None:
    await letters.write_letter(work, UUID(payload["request"]))


async def tell_mandate(work: Work, payload: dict[str, Any]) -> None:
    await mandate_news.tell_mandate(work, UUID(payload["mandate"]), payload["what"], payload.get("of", ""))


async def text_mandate(work: Work, payload: dict[str, Any]) -> None:
    await mandate_news.text_mandate(work, UUID(payload["mandate"]), payload["what"])


async def ask_to_sign(work: Work, payload: dict[str, Any]) -> None:
    await signing.ask_to_sign(work, UUID(payload["signature"]))


async def signature_answered(work: Work, payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await signing.signature_answered(tx, UUID(payload["signature"]))


async def request_answered(work: Work, payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await asking.request_answered(tx, UUID(payload["request"]))


async def read_text(work: Work, payload: dict[str, Any]) -> None:
    await inbound.read_text(work, payload["reference"])


JOBS = {
    "announce_request": announce_request,
    "text_request": text_request,
    "write_letter": write_letter,
    "request_answered": request_answered,
    "ask_to_sign": ask_to_sign,
    "signature_answered": signature_answered,
    "tell_mandate": tell_mandate,
    "text_mandate": text_mandate,
    "read_text": read_text,
    "notify": notify,
    "tell_contact_changed": tell_contact_changed,
    "deliver_push": deliver_push,
    "deliver_mail": deliver_mail,
    "deliver_text": deliver_text,
    "deliver_letter": deliver_letter,
    "send_code": send_code,
    "clear_sign_ins": clear_sign_ins,
    "remind": remind,
    "sweep_notices": sweep_notices,
}
# Every hour; and at nine in the morning in Shanghai, when people are up.
SCHEDULES = {"sweep_notices": "7 * * * *", "remind": "0 1 * * *", "clear_sign_ins": "40 19 * * *"}
