"""Mandates by text message: what the principal is sent, and what her answer does. Read and done by the worker."""

import hmac
import re
import unicodedata
from datetime import date
from typing import Any, Literal, NamedTuple
from uuid import UUID

from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import _, translate
from backend.mandates.ending import end_given
from backend.mandates.requests import HOUR, agree, close, replied
from backend.mandates.themes import shortened

ANSWER = re.compile(r"(Y|YES|同意|N|NO|不同意)[:：,，.。]?(\d{6})[.。]?")
STOP = {"停", "停止", "收回", "收回授权", "STOP", "TD", "T"}  # the last two are how people unsubscribe from anything
MOST_REPLIES = 10  # an hour from one number: six digits are not guessed that way
NAME = re.compile(r"[\w·.\- ]{1,20}")
QUESTION = _(
    "【随手办】%(agent)s想替您办：%(matters)s，到%(until)s为止。同意请回复“同意%(code)s”，不同意请回复“不同意%(code)s”。不认识对方，请不要同意。"
)
AGREED = _("【随手办】已记下您的同意。想收回，回复“收回”，马上生效。")
REFUSED = _("【随手办】已记下您不同意，对方不能替您办事。")
STOPPED = _("【随手办】您给别人的授权都收回了，已经生效。")
UNMATCHED = _("【随手办】没有对上。请照着收到的短信回复“同意”或“不同意”加上 6 位数字。有疑问请打 12345。")
COOLING = _("【随手办】您的手机号刚换过，暂时不能用短信同意。请登录随手办回答，或到窗口办。")
FULL = _("【随手办】对方已经在替 5 个人办事，这次没有授权成功。")


class Said(NamedTuple):
    """What a text message means; `code` only with an answer."""

    meaning: Literal["agree", "refuse", "stop", "other"]
    code: str = ""


def understood(text: str) -> Said:
    """Full-width signs, small letters and blanks are ways of typing. Pure."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper().strip("“”\"'「」")
    if plain.rstrip("。.!") in STOP:
        return Said("stop")
    found = ANSWER.fullmatch(plain)
    if found is None:
        return Said("other")
    return Said("agree" if found[1] in ("Y", "YES", "同意") else "refuse", found[2])


class Question(NamedTuple):
    """The text to send: to whom, and its words' parts."""

    phone: str
    agent: str
    matters: str
    until: date
    code: str
    language: str

    def params(self) -> dict[str, Any]:
        return {"agent": self.agent, "matters": self.matters, "until": self.until, "code": self.code}


async def question_of(tx: Tx, request: UUID) -> Question | None:
    """As worker: None when nobody is to be asked by text message, not any more, or not from a number changed just now."""
    row = await tx.db.fetchrow(
        """SELECT r.principal_id, r.agent_id, r.matters, r.valid_to, r.code_sealed, a.name_sealed, a.key_wrapped AS agent_key,
                  p.key_wrapped, p.language, k.value_sealed
           FROM mandate_requests r JOIN accounts a ON a.id = r.agent_id JOIN accounts p ON p.id = r.principal_id
           JOIN contacts k ON k.account_id = p.id AND k.kind = 'phone' AND k.verified_at IS NOT NULL
           WHERE r.id = $1 AND r.way = 'sms' AND r.state = 'pending' AND r.expires_at > $2 AND r.code_sealed IS NOT NULL
             AND NOT cooling(p.id)""",
        request,
        tx.now,
    )
    if row is None:
        return None
    principal, agent = row["principal_id"], row["agent_id"]
    return Question(
        phone=tx.vault.key(row["key_wrapped"]).open(row["value_sealed"], f"contact:{principal}:phone").decode(),
        agent=spoken(tx.vault.key(row["agent_key"]).open(row["name_sealed"], f"name:{agent}").decode()),
        matters=shortened(row["matters"]),
        until=row["valid_to"],
        code=tx.vault.system.open(row["code_sealed"], f"mandate code:{request}").decode(),
        language=row["language"],
    )


def spoken(name: str) -> str:
    """A name as it may stand in our own message: whoever calls herself a sentence or an address is only somebody."""
    return name if NAME.fullmatch(name) and "." not in name.strip(".") else "有人"


async def forget_code(tx: Tx, request: UUID) -> None:
    """Sent: from now on only its keyed hash is here."""
    await tx.db.execute("UPDATE mandate_requests SET code_sealed = NULL WHERE id = $1", request)


async def answered(tx: Tx, phone: str, text: str) -> str | None:
    """Does what the text says, if the number is a person's; what to reply in her language, None for numbers we do not know.

    Ending counts from any verified number. Agreeing only from one that was hers before she was asked and was not
    changed in the last days.
    """
    person = await tx.db.fetchval("SELECT id FROM account_at($1)", tx.vault.blind(phone, "phone"))
    if person is None:
        return None
    reply = await _reply(tx, phone, person, text)
    language = await tx.db.fetchval("SELECT language FROM accounts WHERE id = $1", person)
    return translate(language, reply) if reply else None


async def _reply(tx: Tx, phone: str, person: UUID, text: str) -> str | None:
    said = understood(text)
    if said.meaning == "stop":
        await end_given(tx, person)
        return STOPPED
    key = tx.vault.blind(phone, f"mandate reply:{HOUR}")
    if not await tx.db.fetchval("SELECT within_limit($1, $2, $3)", key, HOUR, MOST_REPLIES):
        return None
    request = await _asked(tx, person, said.code)
    if request is None:
        return UNMATCHED
    return await _done(tx, request, person, said)


async def _asked(tx: Tx, person: UUID, code: str) -> UUID | None:
    rows = await tx.db.fetch(
        """SELECT r.id, r.code_hash FROM mandate_requests r JOIN contacts k ON k.account_id = r.principal_id AND k.kind = 'phone'
           WHERE r.principal_id = $1 AND r.way = 'sms' AND r.state = 'pending' AND r.expires_at > $2 AND k.changed_at <= r.asked_at""",
        person,
        tx.now,
    )
    return next((r["id"] for r in rows if hmac.compare_digest(r["code_hash"], replied(tx, r["id"], code))), None)


async def _done(tx: Tx, request: UUID, person: UUID, said: Said) -> str:
    try:
        if said.meaning == "refuse":
            await close(tx, request, person)
            return REFUSED
        if await tx.db.fetchval("SELECT cooling($1)", person):
            return COOLING
        await agree(tx, request, person, "sms")
    except Conflict:
        return UNMATCHED
    except Invalid:
        return FULL
    return AGREED
