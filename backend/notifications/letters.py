"""Letters for those who do not use a phone: queued sealed, printed by the office that posts them, then forgotten."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.cases.messages import Sentence
from backend.core.db import Tx
from backend.core.errors import Invalid, NotFound, Problem
from backend.core.i18n import DEFAULT, _, translate
from backend.core.jobs import Work
from backend.core.render import saying
from backend.mandates.consent import open_words
from backend.mandates.texts import forget_code

POSTED = _("""%(name)s，您好：

有人请您授权，替您在随手办上办事。授权书是这样写的：

%(consent)s

您同意，就把下面的代码告诉对方：

%(code)s

您不同意，什么也不用做，不要把代码告诉任何人。
%(until)s以后代码就没有用了。
同意以后想收回，随时打 12345，或到任何一个窗口说一声，马上生效。""")

GREETING = _("%(name)s，您好：\n\n%(words)s")


class Letter(msgspec.Struct, frozen=True):
    """What is printed, in large print: whom to, where, the words, and what it is called by when it comes back."""

    name: str
    address: str
    words: str
    number: str = ""


async def write_letter(work: Work, request: UUID) -> None:
    """The code by post to the registered address; nothing where there is none, or nobody of that name and number."""
    async with work.transaction() as tx:
        row = await tx.db.fetchrow(
            """SELECT r.principal_id, r.consent, r.consent_sealed, r.consent_hash, r.code_sealed, r.expires_at, p.key_wrapped, p.language
               FROM mandate_requests r JOIN accounts p ON p.id = r.principal_id
               WHERE r.id = $1 AND r.way = 'posted_code' AND r.state = 'pending' AND r.code_sealed IS NOT NULL""",
            request,
        )
        to = await _addressed(tx, row["principal_id"]) if row else None
        if row and to:
            code = tx.vault.system.open(row["code_sealed"], f"mandate code:{request}").decode()
            consent = open_words(
                tx.vault.key(row["key_wrapped"]), row["consent_sealed"], row["consent_hash"], row["consent"]
            )
            spaced = " ".join(code[i : i + 4] for i in range(0, len(code), 4))
            with saying(row["language"]) as said:
                words = said(
                    Sentence(
                        POSTED, {"name": to[0], "consent": consent, "code": spaced, "until": row["expires_at"].date()}
                    )
                )
            await _queue(tx, row["principal_id"], request, Letter(*to, words))
        await forget_code(tx, request)


async def queue_letter(tx: Tx, person: UUID, words: str, language: str = DEFAULT) -> bool:
    """As worker: a letter to the registered address; False where there is none."""
    to = await _addressed(tx, person)
    if to:
        await _queue(tx, person, None, Letter(*to, translate(language, GREETING, {"name": to[0], "words": words})))
    return to is not None


async def queue_words(tx: Tx, name: str, address: str, words: str) -> None:
    """As worker: a letter to somebody a register knows, who has no account."""
    said = translate(DEFAULT, GREETING, {"name": name, "words": words})
    await _queue(tx, None, None, Letter(name, address, said))


async def _addressed(tx: Tx, person: UUID) -> tuple[str, str] | None:
    """Name and address, a register's before her own profile's; never one typed in a filing."""
    row = await tx.db.fetchrow(
        """SELECT p.name_sealed, p.key_wrapped, f.party_id, f.source, f.sealed FROM accounts p
           JOIN parties y ON y.principal_id = p.id AND y.is_self
           JOIN facts f ON f.party_id = y.id AND f.element = 'person.address' AND (f.source LIKE 'register.%' OR f.source = 'profile')
           WHERE p.id = $1 ORDER BY f.source LIKE 'register.%' DESC, f.at DESC LIMIT 1""",
        person,
    )
    if row is None:
        return None
    key = tx.vault.key(row["key_wrapped"])
    address = key.open_value(row["sealed"], f"fact:{row['party_id']}:person.address:{row['source']}")
    return key.open(row["name_sealed"], f"name:{person}").decode(), str(address)


async def _queue(tx: Tx, person: UUID | None, request: UUID | None, letter: Letter) -> None:
    number = uuid4()
    await tx.db.execute(
        """INSERT INTO letters (id, person_id, request_id, sealed, queued_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (request_id) DO NOTHING""",
        number,
        person,
        request,
        tx.vault.system.seal_value(msgspec.to_builtins(letter), f"letter:{number}"),
        tx.now,
    )


async def take_letters(tx: Tx, limit: int = 100) -> list[Letter]:
    """The oldest queued letters, marked as printed; what they said is no longer kept."""
    rows = await tx.db.fetch(
        "SELECT id, sealed FROM letters WHERE state = 'queued' ORDER BY queued_at, id LIMIT $1 FOR UPDATE SKIP LOCKED",
        limit,
    )
    letters = [_opened(tx, row) for row in rows]
    await tx.db.execute(
        "UPDATE letters SET state = 'printed', printed_at = $2, sealed = '' WHERE id = ANY($1)",
        [row["id"] for row in rows],
        tx.now,
    )
    return letters


class Batch(msgspec.Struct, frozen=True):
    """Letters an officer took to print, until she says that they lie in the post."""

    batch: UUID
    taken_at: datetime
    letters: int


async def waiting(tx: Tx) -> tuple[int, int, list[Batch]]:
    """For an officer at a counter: how many wait, how many came back, and what she took herself."""
    row = await tx.db.fetchrow("SELECT waiting, returned FROM letters_waiting()")
    batches = await tx.db.fetch("SELECT batch, taken_at, letters FROM letter_batches()")
    return row["waiting"], row["returned"], msgspec.convert(batches, list[Batch])


async def take_batch(tx: Tx, most: int = 50) -> UUID | None:
    """The oldest waiting letters are hers to print; None when none waits. Nobody else prints them meanwhile."""
    batch = uuid4()
    return batch if await tx.db.fetchval("SELECT take_letters($1, $2)", batch, most) else None


async def sheets(tx: Tx, batch: UUID) -> dict[str, Any]:
    """What pwa/print/letters.typ sets; NotFound for anybody else's batch and for one that was posted."""
    rows = await tx.db.fetch("SELECT id, sealed FROM letters_in($1)", batch)
    if not rows:
        raise NotFound()
    return large_print([_opened(tx, row) for row in rows])


def large_print(letters: list[Letter]) -> dict[str, Any]:
    """The data of pwa/print/letters.typ."""
    return {"title": "随手办", "lang": DEFAULT, "letters": msgspec.to_builtins(letters)}


def _opened(tx: Tx, row: asyncpg.Record) -> Letter:
    letter = msgspec.convert(tx.vault.system.open_value(row["sealed"], f"letter:{row['id']}"), Letter)
    return msgspec.structs.replace(letter, number=str(row["id"])[:8].upper())


async def posted(tx: Tx, batch: UUID) -> None:
    """They lie in the post: what they said is forgotten. NotFound when there are none."""
    if not await tx.db.fetchval("SELECT letters_posted($1)", batch):
        raise NotFound()


async def came_back(tx: Tx, number: str) -> None:
    """A letter could not be delivered: marked, so that nobody takes its address for a way to reach her. Invalid for an unknown number."""
    mark = number.strip().lower()
    if len(mark) != 8 or not await tx.db.fetchval("SELECT letter_came_back($1)", mark):
        raise Invalid(Problem(_("没有寄出过这个编号的信。请看信右下角的 8 位编号。"), "number"))
