"""Making the package: everything gathered in one transaction, set and packed outside any, sealed under her key.

The package is a ZIP of `我的资料.pdf`, `data.json` (schema: docs/export.schema.json) and `files/`. It is kept sealed for seven
days; only its owner, signed in anew within ten minutes, gets it opened.
"""

import asyncio
import hashlib
import io
import zipfile
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import obstore
from obstore.store import ObjectStore

from backend.catalogue.queries import city
from backend.core.crypto import DataKey
from backend.core.db import SHANGHAI, Tx
from backend.core.events import NewEvent, record
from backend.core.jobs import Work
from backend.core.printing import printed
from backend.core.stores import open_store
from backend.rights import collect_account as _account  # noqa: F401 - enters its sections, before the others
from backend.rights import collect_affairs, collect_documents
from backend.rights import collect_help as _help  # noqa: F401
from backend.rights import collect_offers as _offers  # noqa: F401
from backend.rights import collect_uses as _uses  # noqa: F401
from backend.rights.gathering import SECTIONS, Gathering, Section, gather
from backend.rights.model import Gathered, KeptFile, Row

KEPT = timedelta(days=7)
PAGE = "/me/data"
# Of a row these are in the JSON only.
FOR_MACHINES = {"id", "party", "element", "trust", "sha256", "consent_hash", "text_hash", "path", "hash"}
# What a paper for people says for the words of the tables.
CODES = {
    "person": "个人", "business": "企业", "phone": "手机", "email": "邮箱", "profile": "您自己说的", "filing": "办件时填的",
    "principal": "授权人", "agent": "代办人", "citizen": "您", "officer": "工作人员", "machine": "系统", "said": "自己说的", "code": "验证码",
    "provider": "身份平台", "counter": "窗口", "demo": "演示", "passkey": "通行密钥", "zh-Hans": "简体中文", "zh-Hant": "繁体中文",
    "en": "英文", "open": "还没交", "filed": "已提交", "online": "网上", "window": "窗口", "api": "接口", "self": "本人在手机上",
    "sms": "短信", "posted_code": "寄信", "counter_paper": "窗口纸质", "family_qr": "家人扫码", "entrusted": "委托", "guardian": "监护",
    "staff_assisted": "帮办", "granted": "同意", "refused": "不同意", "submitted": "等收件", "waiting": "等另一件办完", "accepted": "办理中",
    "correcting": "等补正", "withdrawn": "撤回", "revoked": "收回", "renounced": "代办人放弃", "inbox": "收件箱", "push": "手机提醒",
    "platform": "用随手办办事", "sensitive": "用敏感个人信息办事", "prefill": "查登记先填好", "sent": "已送到", "signed": "已签",
}  # fmt: skip


async def make_export(work: Work, export: UUID) -> None:
    """Once; a second call finds it made and does nothing."""
    now = work.clock()
    async with work.transaction(now) as tx:
        found = await _asked(tx, export)
        if found is None:
            return
        account, key = found
        gathered = await _gathered(tx, account, key)
    store = open_store(work.settings)
    paper = await printed("export.typ", readable(gathered, now))
    sealed = await asyncio.to_thread(_packed, store, key, gathered, paper, now, export)
    store_key = f"exports/{hashlib.sha256(sealed).hexdigest()}"
    await asyncio.to_thread(obstore.put, store, store_key, sealed)
    async with work.transaction() as tx:
        await _keep(tx, export, account, store_key, len(sealed))


async def _asked(tx: Tx, export: UUID) -> tuple[UUID, DataKey] | None:
    row = await tx.db.fetchrow(
        """SELECT a.id, a.key_wrapped FROM exports e JOIN accounts a ON a.id = e.account_id
           WHERE e.id = $1 AND e.ready_at IS NULL AND a.erased_at IS NULL""",
        export,
    )
    return None if row is None else (row["id"], tx.vault.key(row["key_wrapped"]))


async def _gathered(tx: Tx, account: UUID, key: DataKey) -> Gathered:
    of = Gathering(tx, account, key, (await city(tx.db)).pack)
    sections = await gather(of)
    papers = [*await collect_documents.kept_documents(of), *await collect_documents.kept_certificates(of)]
    files = [*await collect_affairs.kept_files(of), *papers]
    return Gathered(name=sections["account"][0]["name"], sections=sections, files=files)


def _packed(store: ObjectStore, key: DataKey, gathered: Gathered, paper: bytes, now: datetime, export: UUID) -> bytes:
    """Pictures and PDFs are pressed already: they are stored as they are."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as package:
        package.writestr("我的资料.pdf", paper)
        data = msgspec.json.encode({"format": 1, "made_at": now, **gathered.sections})
        package.writestr("data.json", msgspec.json.format(data, indent=1), zipfile.ZIP_DEFLATED)
        lost = [file.path for file in gathered.files if not _added(package, store, key, file)]
        if lost:
            package.writestr("缺少的文件.txt", "\n".join(["下面的文件暂时打不开，请打 12345：", *lost]))
    return key.seal(packed.getvalue(), about(export))


def _added(package: zipfile.ZipFile, store: ObjectStore, key: DataKey, file: KeptFile) -> bool:
    """One lost file must not keep her from all the rest."""
    try:
        sealed = bytes(obstore.get(store, file.store_key).bytes())
    except FileNotFoundError:
        return False
    package.writestr(file.path, key.open(sealed, f"{file.kind}:{file.id}"))
    return True


def about(export: UUID) -> str:
    """Where a sealed package belongs: it opens nowhere else."""
    return f"export:{export}"


async def _keep(tx: Tx, export: UUID, account: UUID, store_key: str, size: int) -> None:
    kept = await tx.db.fetchval(
        """UPDATE exports SET ready_at = $2, expires_at = $3, store_key = $4, size = $5
           WHERE id = $1 AND ready_at IS NULL RETURNING true""",
        export,
        tx.now,
        tx.now + KEPT,
        store_key,
        size,
    )
    if kept:
        told = NewEvent(kind="export_ready", principal_id=account, actor_kind="machine", data={"page": PAGE})
        await record(tx, [told])


async def clear_exports(work: Work) -> None:
    """What is older than seven days goes: the bytes first, then the row says so."""
    async with work.transaction() as tx:
        rows = await tx.db.fetch(
            "SELECT id, store_key FROM exports WHERE store_key IS NOT NULL AND expires_at <= $1 LIMIT 1000", tx.now
        )
    store = open_store(work.settings)
    for row in rows:
        await asyncio.to_thread(_delete, store, row["store_key"])
    async with work.transaction() as tx:
        await tx.db.execute(
            "UPDATE exports SET store_key = NULL, gone_at = $2 WHERE id = ANY($1)", [row["id"] for row in rows], tx.now
        )


def _delete(store: ObjectStore, store_key: str) -> None:
    with suppress(FileNotFoundError):
        obstore.delete(store, store_key)


def readable(gathered: Gathered, now: datetime) -> dict[str, Any]:
    """The same data for the printed paper: every section, every row in words; ids, codes and hashes stay in the JSON."""
    sections = [
        {"title": SECTIONS[name].title, "rows": [_lines(SECTIONS[name], row) for row in rows]}
        for name, rows in gathered.sections.items()
    ]
    made = f"{gathered.name}，{_words(now)}"
    return {"title": "我的全部资料", "lang": "zh-Hans", "made": made, "sections": sections}


def _lines(section: Section, row: Row) -> list[list[str]]:
    hidden = FOR_MACHINES | ({"value"} if "in_words" in row else set())
    said = {title: _words(row[column]) for column, title in section.says.items() if column not in hidden}
    return [[title, words] for title, words in said.items() if words]


def _words(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case datetime():
            return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        case str():
            return CODES.get(value, value)
        case int():
            return str(value)
        case list() | tuple():
            return "\n".join(filter(None, map(_line, value)))
        case dict():
            return _line(value)
    return str(value)


def _line(value: Any) -> str:
    """One entry of a list on one line."""
    if not isinstance(value, dict):
        return _words(value)
    if "label" in value and "value" in value:
        said = value["value"]
        return f"{value['label']}：{_words(said['value'] if isinstance(said, dict) and 'value' in said else said)}"
    return "，".join(f"{name} {_words(part)}" for name, part in value.items() if _words(part))
