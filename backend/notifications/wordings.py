"""Words an editor gives a notice instead of the product's: by kind, channel and language; what they may say, and every version.

An editor writes placeholders as {事项}. They are kept as the product's own sentences write them, %(item)s, so that the workers
and the pages put them into words alike. A push says the same to everybody: it has none.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import DEFAULT, LANGUAGES, _, translate
from backend.notifications.messages import OTHERS, PUSHES, PUSHES_OF_OTHERS, TEXTS, loudness
from backend.notifications.on_paper_and_phone import OWN_ASK

Fields = dict[str, str]
Kind = Literal["inbox", "push", "sms"]
CHANNELS: dict[str, tuple[str, ...]] = {
    "inbox": ("title", "happened", "todo"),
    "push": ("title", "body"),
    "sms": ("title", "todo"),
}
NAMES = {"inbox": _("收件箱、邮件和信"), "push": _("手机提醒"), "sms": _("短信")}
FIELD_NAMES = {"title": _("标题"), "happened": _("发生了什么"), "todo": _("请您做什么"), "body": _("下面一行")}
LONGEST = {
    ("inbox", "title"): 60, ("inbox", "happened"): 200, ("inbox", "todo"): 200,
    ("push", "title"): 20, ("push", "body"): 40, ("sms", "title"): 40, ("sms", "todo"): 60,
}  # fmt: skip
IN_ENGLISH = 3  # times as long
PLACEHOLDERS = {
    "事项": "item", "编号": "number", "部门": "authority", "件数": "num", "几件事": "items",
    "超期": "late", "快到期": "soon", "新来": "fresh", "没办完": "open",
}  # fmt: skip
CALLED = {name: said for said, name in PLACEHOLDERS.items()}
# A text message passes through an operator's hands: what it is about, never its number.
NOT_IN_TEXTS = frozenset({"number", "authority"})
BRACED, PERCENT = re.compile(r"\{([^{}\n]*)\}"), re.compile(r"%\((\w+)\)s")
# Offices' words, and what people say.
PLAIN = {
    "申报": "办",
    "予以": "",
    "逾期": "过期",
    "贵方": "您",
    "受理单": "回执",
    "提请": "请",
    "办结": "办完",
}
REVEALING = re.compile(r"https?:|www\.|(?<!\d)(?!12345(?!\d))\d{5,}", re.IGNORECASE)


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """`words` None: back to the product's own."""

    id: int
    words: Fields | None
    written_by: UUID
    written_at: datetime


def kinds() -> list[str]:
    return list(dict.fromkeys((*TEXTS, *OTHERS)))


def usual(kind: str, channel: str, language: str) -> Fields:
    """The product's own words, as an editor reads them. NotFound for what there is not."""
    if kind not in kinds() or channel not in CHANNELS or language not in LANGUAGES:
        raise NotFound()
    texts = dict(zip(CHANNELS["inbox"], TEXTS.get(kind) or OTHERS[kind], strict=True))
    if channel == "push":
        texts = dict(zip(CHANNELS["push"], PUSHES_OF_OTHERS.get(kind) or PUSHES[loudness(kind)], strict=True))
    if channel == "sms":
        texts["todo"] = OWN_ASK
    return {field: shown(channel, translate(language, texts[field])) for field in CHANNELS[channel]}


def shown(channel: str, text: str) -> str:
    """As an editor reads and writes it."""
    if channel == "push":
        return text
    return PERCENT.sub(lambda named: f"{{{CALLED[named[1]]}}}", text).replace("%%", "%")


def kept(channel: str, text: str) -> str:
    """As it is stored."""
    if channel == "push":
        return text
    return BRACED.sub(lambda named: f"%({PLACEHOLDERS[named[1]]})s", text.replace("%", "%%"))


def known(kind: str, channel: str) -> list[str]:
    """The placeholders that have a value in this kind of notice, as an editor writes them."""
    if channel == "push":
        return []
    texts = TEXTS.get(kind) or OTHERS[kind]
    named = {name for text in texts for name in PERCENT.findall(text)}
    return [
        said for said, name in PLACEHOLDERS.items() if name in named and not (channel == "sms" and name in NOT_IN_TEXTS)
    ]


def wrong_with(kind: str, channel: str, language: str, words: Mapping[str, str]) -> list[Problem]:
    """Everything for which these words are not kept; the fields are those of the form. Pure."""
    return [
        problem
        for field in CHANNELS[channel]
        for problem in _wrong(kind, channel, language, field, words.get(field, ""))
    ]


def _wrong(kind: str, channel: str, language: str, field: str, text: str) -> Iterator[Problem]:
    most = LONGEST[channel, field] * (IN_ENGLISH if language == "en" else 1)
    if not text or len(text) > most:
        yield Problem(_("请写这一行，%(most)s 个字以内。"), field, {"most": most})
    if not text.isprintable():
        yield Problem(_("这一行里有换行或看不见的字符，请写成一行。"), field)
    yield from _placeholders(kind, channel, language, field, text)
    if channel != "inbox" and REVEALING.search(BRACED.sub("", text)):
        yield Problem(_("手机提醒和短信里不能写网址、编号和电话（12345 可以）。"), field)
    if language != "en":
        for stiff in (word for word in PLAIN if word in text):
            yield Problem(_("“%(stiff)s”不像平常说话，换一个说法，例如“%(plain)s”。"), field, {"stiff": stiff, "plain": PLAIN[stiff] or "…"})  # fmt: skip
        if field != "title" and text and text[-1] not in "。！？":
            yield Problem(_("这一行请用句号收尾。"), field)


def _placeholders(kind: str, channel: str, language: str, field: str, text: str) -> Iterator[Problem]:
    named, may = BRACED.findall(text), known(kind, channel)
    for name in dict.fromkeys(named):
        if channel == "push":
            yield Problem(_("手机提醒亮在桌上谁都看得见，不能写“{%(name)s}”。"), field, {"name": name})
        elif name not in may:
            yield Problem(_("这里没有“{%(name)s}”可填，请删掉它。"), field, {"name": name})
    rest = BRACED.sub("", text)
    if "{" in rest or "}" in rest:
        yield Problem(_("有一个花括号没有配对，请检查。"), field)
    needed = BRACED.findall(usual(kind, channel, language)[field]) if field == "title" else []
    for name in (one for one in needed if one in may and one not in named):
        yield Problem(_("标题里要有“{%(name)s}”，不然看不出是哪一件。"), field, {"name": name})


class Segments(msgspec.Struct, frozen=True):
    """What a text message costs: characters, and messages it is sent in (GSM 03.38 or UCS-2)."""

    characters: int
    messages: int


def segments(text: str) -> Segments:
    narrow = all(one in GSM for one in text)
    length = sum(2 if one in GSM_TWICE else 1 for one in text) if narrow else len(text.encode("utf-16-le")) // 2
    single, several = (160, 153) if narrow else (70, 67)
    return Segments(length, 1 if length <= single else -(-length // several))


GSM_TWICE = frozenset("^{}\\[~]|€")
GSM = GSM_TWICE | frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


# In the database ----------------------------------------------------------------------------------------------------


async def worded(tx: Tx, language: str) -> dict[str, Fields]:
    """Kind → an editor's words for inboxes in this language."""
    rows = await tx.db.fetch(
        """SELECT DISTINCT ON (kind) kind, words FROM notice_wordings WHERE channel = 'inbox' AND language = $1 ORDER BY kind, id DESC""",
        language,
    )
    return {row["kind"]: row["words"] for row in rows if row["words"]}


async def changed(tx: Tx, language: str = DEFAULT) -> set[tuple[str, str]]:
    """Which (kind, channel) have an editor's words in this language."""
    rows = await tx.db.fetch(
        """SELECT DISTINCT ON (kind, channel) kind, channel, words IS NOT NULL AS changed FROM notice_wordings WHERE language = $1
           ORDER BY kind, channel, id DESC""",
        language,
    )
    return {(row["kind"], row["channel"]) for row in rows if row["changed"]}


async def versions(tx: Tx, kind: str, channel: str, language: str) -> list[Version]:
    """The newest first; the first is in force."""
    rows = await tx.db.fetch(
        """SELECT id, words, written_by, written_at FROM notice_wordings WHERE (kind, channel, language) = ($1, $2, $3)
           ORDER BY id DESC LIMIT 50""",
        kind,
        channel,
        language,
    )
    return msgspec.convert(rows, list[Version])


async def write(tx: Tx, kind: str, channel: str, language: str, words: Fields | None) -> None:
    """In force from this moment, for every worker. None: back to the product's own. Invalid with every problem at once."""
    need_editor(tx)
    usual(kind, channel, language)
    if words is not None and (problems := wrong_with(kind, channel, language, words)):
        raise Invalid(*problems)
    await tx.db.execute(
        "INSERT INTO notice_wordings (kind, channel, language, words, written_by, written_at) VALUES ($1, $2, $3, $4, $5, $6)",
        kind,
        channel,
        language,
        {field: kept(channel, text) for field, text in words.items()} if words is not None else None,
        tx.viewer.id,
        tx.now,
    )


def need_editor(tx: Tx) -> None:
    if "editor" not in tx.viewer.roles:
        raise NotFound()
