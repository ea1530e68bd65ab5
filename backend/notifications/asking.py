"""The principal hears that somebody asks for a mandate: in her inbox and, where she has a number, by text message."""

from uuid import UUID

from backend.cases.messages import Sentence
from backend.core.db import Tx
from backend.core.events import NewEvent, record
from backend.core.jobs import Work
from backend.core.render import saying
from backend.mandates.texts import QUESTION, forget_code, question_of
from backend.notifications import sms
from backend.notifications.codes import NotSent
from backend.notifications.mandate_messages import MANDATE_ASKED
from backend.notifications.model import Sending


def page_of(request: UUID) -> str:
    return f"/mandates/requests/{request}"


async def announce_request(work: Work, request: UUID) -> None:
    """The notice, once; nothing for a number nobody is known by."""
    async with work.transaction() as tx:
        principal = await tx.db.fetchval(
            """SELECT principal_id FROM mandate_requests r WHERE id = $1 AND state = 'pending' AND NOT EXISTS (
                   SELECT 1 FROM events e WHERE e.principal_id = r.principal_id AND e.kind = $2 AND e.data ->> 'page' = $3)""",
            request,
            MANDATE_ASKED,
            page_of(request),
        )
        if principal:
            data = {"page": page_of(request)}
            await record(
                tx, [NewEvent(kind=MANDATE_ASKED, principal_id=principal, actor_kind="machine", public=True, data=data)]
            )


async def text_request(work: Work, request: UUID) -> None:
    """The text message, unless it was sent or answered meanwhile; tried again only when it certainly did not go."""
    async with work.transaction() as tx:
        question = await question_of(tx, request)
    gateway = await work.shared(sms.opened)
    if question and gateway:
        with saying(question.language) as said:
            words = said(Sentence(QUESTION, question.params()))
        answer = await gateway.send(question.phone, words, str(request))
        if answer.state is Sending.RETRY:
            raise NotSent(answer.problem)
    async with work.transaction() as tx:
        await forget_code(tx, request)


async def request_answered(tx: Tx, request: UUID) -> None:
    """What was asked of her needs her no more."""
    await tx.db.execute(
        "UPDATE notices SET needs_you = false WHERE needs_you AND words ->> 'page' = $1", page_of(request)
    )
