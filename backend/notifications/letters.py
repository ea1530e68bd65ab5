"""Letters for those who do not use a phone: queued sealed, printed by the office that posts them, then forgotten."""

from uuid import UUID, uuid4

import msgspec

from backend.core.db import Tx
from backend.core.jobs import Work
from backend.mandates.texts import forget_code

POSTED = """{name}，您好：

有人请您授权，替您在随手办上办事。授权书是这样写的：

{consent}

您同意，就把下面的代码告诉对方：

{code}

您不同意，什么也不用做，不要把代码告诉任何人。
{until}以后代码就没有用了。
同意以后想收回，随时打 12345，或到任何一个窗口说一声，马上生效。"""


class Letter(msgspec.Struct, frozen=True):
    """What is printed, in large print: whom to, where, and the words."""

    name: str
    address: str
    words: str


async def write_letter(work: Work, request: UUID) -> None:
    """The code by post to the registered address; nothing where there is none, or nobody of that name and number."""
    async with work.transaction() as tx:
        row = await tx.db.fetchrow(
            """SELECT r.principal_id, r.consent, r.code_sealed, r.expires_at, p.name_sealed, p.key_wrapped,
                      f.party_id, f.source, f.sealed FROM mandate_requests r JOIN accounts p ON p.id = r.principal_id
               JOIN parties y ON y.principal_id = p.id AND y.is_self
               JOIN facts f ON f.party_id = y.id AND f.element = 'person.address' AND (f.source LIKE 'register.%' OR f.source = 'profile')
               WHERE r.id = $1 AND r.way = 'posted_code' AND r.state = 'pending' AND r.code_sealed IS NOT NULL
               ORDER BY f.source LIKE 'register.%' DESC, f.at DESC LIMIT 1""",
            request,
        )
        if row is not None:
            key, person = tx.vault.key(row["key_wrapped"]), row["principal_id"]
            name = key.open(row["name_sealed"], f"name:{person}").decode()
            address = key.open_value(row["sealed"], f"fact:{row['party_id']}:person.address:{row['source']}")
            code = tx.vault.system.open(row["code_sealed"], f"mandate code:{request}").decode()
            until = f"{row['expires_at'].month} 月 {row['expires_at'].day} 日"
            spaced = " ".join(code[i : i + 4] for i in range(0, len(code), 4))
            words = POSTED.format(name=name, consent=row["consent"], code=spaced, until=until)
            await _queue(tx, person, request, Letter(name, str(address), words))
        await forget_code(tx, request)


async def _queue(tx: Tx, person: UUID, request: UUID, letter: Letter) -> None:
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
    letters = [msgspec.convert(tx.vault.system.open_value(r["sealed"], f"letter:{r['id']}"), Letter) for r in rows]
    await tx.db.execute(
        "UPDATE letters SET state = 'printed', printed_at = $2, sealed = '' WHERE id = ANY($1)",
        [row["id"] for row in rows],
        tx.now,
    )
    return letters
