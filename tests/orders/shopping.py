"""Filling a cart below the pages: whatever the sheet still asks is answered as a calm person would."""

import io
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from secrets import token_bytes
from typing import Any
from uuid import uuid4

import httpx
from PIL import Image

from backend.cart.actions import Wanted, add_lines, lock_draft
from backend.cart.answering import save_answers
from backend.cart.materials import attach, pledge
from backend.cart.model import Draft, Question
from backend.cart.pledge_text import hash_of_text, text_of
from backend.cart.queries import open_draft
from backend.cart.signatures import hash_text, signers
from backend.cart.uses import hash_of_words, uses_of, words_of
from backend.core.db import Tx, connect
from backend.core.files import store_upload
from backend.core.viewer import open_viewer
from tests.web import Site

ANSWERS = {
    "person.name": "林长福",
    "person.id_number": "460199194403051015",
    "person.household": "460105",
    "person.residence": "460105",
    "person.phone": "13900000001",
    "person.address": "演示路 1 号 2 栋 303",
    "person.capacity": "full",
    "person.elder_allowance": "no",
    "person.nursing_level": "part",
    "person.carer": "family",
    "person.nursing_allowance": "no",
    "person.low_income": "no",
    "person.marital": "widowed",
    "person.owns_home": "no",
    "person.family_size": "2",
    "person.family_income": "3000",
    "bank_account.holder": "林长福",
    "bank_account.bank_card": "6222020000000000000",
    "bank_account.bank_name": "演示银行海口支行",
}
BY_TYPE = {"date": "2026-01-31", "yes_no": "no", "years": "30", "number": "12", "money": "1000", "area": "80"}
BY_TYPE |= {"region": "460105", "phone": "13900000001", "uscc": "91460100MA5TQWER12"}
THREE = ("高龄老人长寿补贴", "护理补贴", "公共租赁住房")


@asynccontextmanager
async def transaction(site: Site, person: httpx.AsyncClient) -> AsyncIterator[Tx]:
    """A transaction of the web role with this person as its viewer, as one of her requests would be."""
    state = site.app.state
    async with state.pool.acquire() as db, db.transaction():
        viewer = await open_viewer(db, state.vault, person.cookies["__Host-session"], site.clock.now)
        yield Tx(db, state.vault, site.clock.now, viewer)


async def act_for_father(site: Site, daughter: httpx.AsyncClient) -> None:
    """Puts the father's affairs on the daughter's screen."""
    async with transaction(site, daughter) as tx:
        row = await tx.db.fetchrow("SELECT id, principal_id FROM mandates WHERE agent_id = $1", tx.viewer.id)
    answer = await daughter.post("/acting", data={"mandate": str(row["id"]), "principal": str(row["principal_id"])})
    assert answer.status_code == 303, answer.text[:300]


async def put_in(site: Site, person: httpx.AsyncClient, names: Iterable[str] = THREE) -> None:
    async with transaction(site, person) as tx:
        codes = dict(await tx.db.fetch("SELECT name, code FROM items WHERE kind = 'item'"))
        await add_lines(tx, [Wanted(codes[name]) for name in names])


async def fill_in(site: Site, person: httpx.AsyncClient, *, signed: bool = True, **changed: str) -> Draft:
    """Answers and hands in everything, and whoever else must sign has signed; `changed`: element with two underscores for
    the dot → another answer."""
    answers = ANSWERS | {name.replace("__", ".", 1): value for name, value in changed.items()}
    for _round in range(6):
        async with transaction(site, person) as tx:
            draft = await lock_draft(tx)
            if not draft.sheet.problems:
                if signed:
                    await _signed_by_all(site, tx, draft)
                return draft
            typed = {q.name: [answer_to(q, answers)] for q in draft.sheet.questions if _wanted(q, changed)}
            typed |= {role.name: ["no"] for role in draft.sheet.roles}
            outcome = await save_answers(tx, draft, typed, draft.version)
            assert not outcome.problems, outcome.problems
            await _hand_in(site, tx, draft)
    raise AssertionError([problem.say % problem.params for problem in draft.sheet.problems])


async def _signed_by_all(site: Site, tx: Tx, draft: Draft) -> None:
    """As it stands when everybody else has looked at it on her own phone."""
    rows = [
        (uuid4(), draft.cart_id, one.line, line.item.code, role, one.party, draft.principal_id, draft.actor_id, hash_text(tx, draft, one.line), token_bytes(32), token_bytes(32), tx.now)
        for one in await signers(tx, draft) if (line := draft.line(one.line)) and one.state != "signed"
        for role, ids in line.parties.items() if one.party in ids
    ]  # fmt: skip
    if rows:
        owner = await connect(site.app.state.settings.login("owner"))
        await owner.executemany(
            """INSERT INTO signatures (id, cart_id, line_id, item_code, role, party_id, principal_id, asked_by, text_hash, sealed, token_hash,
                      counter_hash, asked_at, expires_at, state, via, answered_by, answered_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11, $12::timestamptz, $12 + interval '1 day', 'signed', 'phone', $8, $12)""",
            rows,
        )
        await owner.close()


def _wanted(question: Question, changed: dict[str, str]) -> bool:
    return not question.filled or question.element.code.replace(".", "__", 1) in changed


def answer_to(question: Question, answers: dict[str, str]) -> str:
    element = question.element
    if element.code in answers:
        return answers[element.code]
    return next(iter(element.options), BY_TYPE.get(element.type, "演示"))


async def _hand_in(site: Site, tx: Tx, draft: Draft) -> None:
    for need in draft.sheet.materials:
        if need.problem and need.pledge:
            await pledge(tx, draft, need, tx.viewer.name, hash_of_text(text_of(need.material)))
        elif need.problem:
            file = await store_upload(tx, site.app.state.files, picture(), f"{need.material.label}.jpg")
            await attach(tx, draft, need, [file])


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG")
    return out.getvalue()


async def reviewed(site: Site, person: httpx.AsyncClient) -> dict[str, Any]:
    """The body of a filing; `form()` makes the review page's form of it."""
    async with transaction(site, person) as tx:
        draft = await open_draft(tx)
    assert draft is not None
    body = {"cart": str(draft.cart_id), "version": draft.version, "agree": True}
    return body | ({"use": use_shown(draft)} if uses_of(draft) else {})


def use_shown(draft: Draft) -> str:
    """What the review page's tick sends for the certificates and registers this cart uses."""
    return hash_of_words(words_of(uses_of(draft), "zh-Hans"))


def form(body: dict[str, Any], key: str = "") -> dict[str, Any]:
    return body | {"agree": "yes"} | ({"key": key} if key else {})


async def count(site: Site, table: str) -> int:
    """All rows of a table, whoever they belong to."""
    owner = await connect(site.app.state.settings.login("owner"))
    try:
        return await owner.fetchval(f"SELECT count(*) FROM {table}")
    finally:
        await owner.close()
