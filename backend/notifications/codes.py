"""One-time codes on their way out: by text message or e-mail, once, and never later than they are of use; and the word
that a number or address was changed."""

from uuid import UUID

from backend.accounts.alarms import Alarm, alarm_to_tell, forget_alarm
from backend.accounts.codes import ToSend, code_to_send, forget_code
from backend.core.i18n import _, translate
from backend.core.jobs import Work
from backend.notifications import mail, sms
from backend.notifications.model import Answer, Sending

TEXT = _("【随手办】验证码 %(code)s，5 分钟内有效。不要告诉任何人，工作人员也不会向您要。")
CHANGED = {
    "phone": _("【随手办】您账号的手机号刚刚换了。如果不是您本人换的，请马上打 12345。"),
    "email": _("【随手办】您账号的邮箱刚刚换了。如果不是您本人换的，请马上打 12345。"),
}

SUBJECT = _("您账号的联系方式换了")


class NotSent(Exception):
    """Certainly not sent: the job is tried again while the code is still of use."""


async def send(work: Work, attempt: UUID) -> None:
    async with work.transaction() as tx:
        task = await code_to_send(tx, attempt)
    if task is None:
        return
    answer = await _handed_over(work, attempt, task)
    if answer.state is Sending.RETRY:
        raise NotSent(answer.problem)
    async with work.transaction() as tx:
        await forget_code(tx, attempt)


async def _handed_over(work: Work, attempt: UUID, task: ToSend) -> Answer:
    if task.channel == "email":
        mailer = await work.shared(mail.opened)
        return await mailer.hand_over(mailer.code(attempt, task.contact, task.code, task.language))
    gateway = await work.shared(sms.opened)
    if gateway is None:
        return Answer(state=Sending.FAILED, problem="no gateway for text messages")
    return await gateway.send(task.contact, translate(task.language, TEXT, {"code": task.code}), str(attempt))


async def tell_changed(work: Work, alarm: UUID) -> None:
    """Where she was reached until now hears that it changed: a thief cannot do it in silence."""
    async with work.transaction() as tx:
        task = await alarm_to_tell(tx, alarm)
    if task is None:
        return
    answer = await _told(work, alarm, task)
    if answer.state is Sending.RETRY:
        raise NotSent(answer.problem)
    async with work.transaction() as tx:
        await forget_alarm(tx, alarm)


async def _told(work: Work, alarm: UUID, task: Alarm) -> Answer:
    text = translate(task.language, CHANGED[task.changed])
    if task.contact.channel == "email":
        mailer = await work.shared(mail.opened)
        return await mailer.hand_over(mailer.plain(alarm, task.contact.value, translate(task.language, SUBJECT), text))
    gateway = await work.shared(sms.opened)
    if gateway is None:
        return Answer(state=Sending.FAILED, problem="no gateway for text messages")
    return await gateway.send(task.contact.value, text, str(alarm))
