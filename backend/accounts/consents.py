"""What a person agrees to: each purpose apart, in words of a version, stored by the hash of what she was shown.

A new version of the words is asked again. Withdrawing is one tap, and what follows from it is said in the words.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.core.i18n import LANGUAGES, _, translate


class Purpose(msgspec.Struct, frozen=True):
    """`words`, in the reader's language, are what she agrees to. Whoever changes them counts `version` up."""

    name: str
    version: int
    title: str
    words: str


PLATFORM = Purpose(
    "platform", 1, _("用随手办办事"),
    _("替您办事，要用到您的姓名、手机号或邮箱、您填的内容、交的材料和办事经过。只有办这件事的部门和您授权的人能看到，谁看过完整号码会留下记录。资料存在境内，办完的件按档案规定保存，期限以主管部门公布为准。您随时可以在「我的」里查看、改正、下载，或者注销。不同意或撤回，就不能在这里登录办事，到窗口照样能办；已经交上去的件会办完。"),
)  # fmt: skip
SENSITIVE = Purpose(
    "sensitive", 2, _("用敏感个人信息办事"),
    _("有些事要用到身份证号、银行卡和账户、健康或残疾情况、收入、出入境行程，或者不满 14 岁孩子的资料。这些是敏感个人信息，泄露了可能伤到人和钱财。只用来核对您是谁、符不符合条件、钱发到哪里；每个人的资料单独加密，窗口看完整号码会留下记录。撤回以后，要用到这些的事不能在网上提交，可以去窗口办；已经交上去的件会办完。"),
)  # fmt: skip
PREFILL = Purpose(
    "prefill", 1, _("查登记，替您先填好"),
    _("我们可以用您的身份证号，去查户口、民政、社保、不动产这些登记，把已经有的先填好，您再核对。不同意就自己填，一样能办。撤回以后马上不再为您查。"),
)  # fmt: skip
PUSH = Purpose(
    "push", 1, _("手机提醒"),
    _("手机提醒要经过浏览器厂家的推送服务，有的在境外（例如谷歌、苹果、Mozilla）。送去的只有这台设备的提醒地址和一句加密的话，没有姓名、事项和编号。不同意就不用，收件箱里的消息一条不少。撤回以后，您所有设备的提醒地址马上删掉。"),
)  # fmt: skip
SMS = Purpose(
    "sms", 3, _("短信通知"),
    _("您的件要补材料、有了结果，或者按登记您可以领一项补贴、享受一项待遇，可以发短信告诉您。短信要经过短信服务商，不写证件号码。不同意就不发，收件箱里的消息一条不少。撤回以后马上不再发。登录验证码、有人请您授权、别人替您办了事，为了您的安全仍会发；要补材料、办成没办成，您又没有开手机提醒和邮箱的，依法要通知到您，也会发；可以领什么，不同意就一定不发。"),
)  # fmt: skip
PURPOSES = {purpose.name: purpose for purpose in (PLATFORM, SENSITIVE, PREFILL, PUSH, SMS)}


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One time somebody agreed. `words`: exactly what was shown. `by_other`: an agent or a guardian agreed for her.

    `lapsed`: a guardian's, from before she was fourteen or from a guardianship that is over; it counts for nothing.
    """

    id: UUID
    purpose: str
    version: int
    language: str
    text_hash: bytes
    words: str
    given_at: datetime
    withdrawn_at: datetime | None
    given_by: UUID
    by_other: bool
    lapsed: bool

    @property
    def in_force(self) -> bool:
        return self.withdrawn_at is None and not self.lapsed


def purpose_of(name: str) -> Purpose:
    if name not in PURPOSES:
        raise NotFound()
    return PURPOSES[name]


def shown(purpose: Purpose, language: str) -> str:
    """The hash of the words as she reads them, in hexadecimal digits. What she agrees with sends it back."""
    return sha256(translate(language, purpose.words).encode()).hexdigest()


async def agreed(tx: Tx, account: UUID, purpose: Purpose) -> bool:
    """Whether her consent to the words as they are now is in force. Of herself, or of whom the viewer may act for."""
    version = await tx.db.fetchval("SELECT consented($1, $2)", account, purpose.name)
    return (version or 0) >= purpose.version


async def agree(tx: Tx, account: UUID, purpose: Purpose, digest: str, under: UUID | None = None) -> bool:
    """The viewer agrees for herself, or under this mandate (else the one on her screen) for its principal, to the words whose hash the
    page sent back. False, and nothing is kept, when those are not the words of today. A second time changes nothing.
    Who may not agree for her is refused by the database; `may_agree` asks before."""
    language = next((lang for lang in LANGUAGES if shown(purpose, lang) == digest), None)
    if language is None:
        return False
    mandate = (under or tx.viewer.mandate_id) if account != tx.viewer.id else None
    await keep(tx, account, purpose, language, by=tx.viewer.id, mandate=mandate)
    return True


async def may_agree(tx: Tx, account: UUID, purpose: Purpose, mandate: UUID | None) -> bool:
    """Whether the viewer may say yes to this: for herself always, for somebody else under this mandate (migration 0023)."""
    if account == tx.viewer.id:
        return True
    return await tx.db.fetchval("SELECT may_consent($1, $2, $3)", mandate, account, purpose.name)


async def keep(
    tx: Tx, account: UUID, purpose: Purpose, language: str, *, by: UUID, mandate: UUID | None = None
) -> None:
    """Writes down that these words were agreed to. Below `agree`, and for the demo's cast."""
    words = translate(language, purpose.words)
    digest = sha256(words.encode()).digest()
    await tx.db.execute(
        "INSERT INTO consent_texts (hash, words) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING", digest, words
    )
    await tx.db.execute(
        """INSERT INTO consents (id, account_id, purpose, version, language, text_hash, given_by, mandate_id, given_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (account_id, purpose, version, given_by) WHERE withdrawn_at IS NULL DO NOTHING""",
        *(uuid4(), account, purpose.name, purpose.version, language, digest, by, mandate, tx.now),
    )


async def withdraw(tx: Tx, account: UUID, purpose: Purpose) -> bool:
    """From now on, of every version: her own all, a guardian's only those she gave herself. Whether there was any.

    What hangs on it ends in this same transaction (migration 0013)."""
    done = await tx.db.execute(
        """UPDATE consents SET withdrawn_at = $4, withdrawn_by = $1
           WHERE account_id = $2 AND purpose = $3 AND withdrawn_at IS NULL AND ($1 = $2 OR given_by = $1)""",
        tx.viewer.id,
        account,
        purpose.name,
        tx.now,
    )
    return done != "UPDATE 0"


async def consents_of(tx: Tx, account: UUID) -> list[Consent]:
    """Every consent ever given for her, the newest first."""
    rows = await tx.db.fetch(
        """SELECT c.id, c.purpose, c.version, c.language, c.text_hash, t.words, c.given_at, c.withdrawn_at, c.given_by,
                  c.given_by <> c.account_id AS by_other, consent_lapsed(c.mandate_id) AS lapsed
           FROM consents c JOIN consent_texts t ON t.hash = c.text_hash WHERE c.account_id = $1
           ORDER BY c.given_at DESC, c.id""",
        account,
    )
    return msgspec.convert(rows, list[Consent])


async def mandate_consents(tx: Tx) -> list[dict[str, Any]]:
    """The mandates she gave, each with the hash of the words she agreed to: read only here, ended on their own page."""
    rows = await tx.db.fetch(
        """SELECT id, kind, consent, consent_hash, granted_at, valid_to,
                  ended_at IS NULL AND valid_to >= app_today() AS live
           FROM mandates WHERE principal_id = $1 ORDER BY granted_at DESC LIMIT 100""",
        tx.viewer.id,
    )
    return [dict(row) for row in rows]
