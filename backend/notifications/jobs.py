"""The jobs of notices: who is told, each knock, and the sweep for what got stuck."""

import logging
from typing import Any
from uuid import UUID

from backend.accounts.codes import clear_old
from backend.core.jobs import Work, enqueue_all
from backend.notifications import (
    actions,
    asking,
    codes,
    delivery,
    digest,
    inbound,
    letters,
    mandate_news,
    offer_letters,
    reports,
    signing,
)
from backend.notifications.outgoing import send_notices
from backend.notifications.queries import untold_events
from backend.notifications.quiet import Night
from backend.notifications.ways import open_channels

log = logging.getLogger("suishouban.notices")


async def notify(work: Work, payload: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await actions.tell(tx, payload["events"], open_channels(work.settings), Night(*work.settings.quiet_hours))


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
    """Every hour: nobody goes untold because a job was lost, and what should long have left is noticed."""
    async with work.transaction() as tx:
        untold = await untold_events(tx)
        await enqueue_all(tx.db, [("notify", {"events": untold[n : n + 200]}) for n in range(0, len(untold), 200)])
        if late := await delivery.overdue(tx.db):
            log.warning("%d notices should have left more than ten minutes ago", late)


async def announce_request(work: Work, payload: dict[str, Any]) -> None:
    await asking.announce_request(work, UUID(payload["request"]))


async def text_request(work: Work, payload: dict[str, Any]) -> None:
    await asking.text_request(work, UUID(payload["request"]))


async def write_offer_letter(work: Work, payload: dict[str, Any]) -> None:
    await offer_letters.write_offer_letter(work, UUID(payload["offer"]))


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


async def text_lost(work: Work, payload: dict[str, Any]) -> None:
    await reports.text_lost(work, UUID(payload["notice"]))


async def tell_officers(work: Work, _: dict[str, Any]) -> None:
    async with work.transaction() as tx:
        await digest.tell_days(tx)


async def read_text(work: Work, payload: dict[str, Any]) -> None:
    await inbound.read_text(work, payload["reference"])


JOBS = {
    "announce_request": announce_request,
    "text_request": text_request,
    "write_letter": write_letter,
    "write_offer_letter": write_offer_letter,
    "request_answered": request_answered,
    "ask_to_sign": ask_to_sign,
    "signature_answered": signature_answered,
    "tell_mandate": tell_mandate,
    "text_mandate": text_mandate,
    "read_text": read_text,
    "text_lost": text_lost,
    "tell_officers": tell_officers,
    "notify": notify,
    "tell_contact_changed": tell_contact_changed,
    "send_code": send_code,
    "clear_sign_ins": clear_sign_ins,
    "remind": remind,
    "sweep_notices": sweep_notices,
}
LOOPS = [send_notices]
# Every hour; and at nine in the morning in Shanghai, when people are up; officers half an hour before.
SCHEDULES = {
    "sweep_notices": "7 * * * *",
    "remind": "0 1 * * *",
    "tell_officers": "30 0 * * *",
    "clear_sign_ins": "40 19 * * *",
}
