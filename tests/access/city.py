"""A city with two families in it, made once: the father's order of three cases, a cart being filled for him, mandates of
every kind, and another family with an order of its own. Every person carries markers that stand nowhere else."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import msgspec

from backend.accounts.actions import open_session
from backend.accounts.consents import PURPOSES, keep
from backend.cart.actions import lock_draft
from backend.cart.materials import attach
from backend.cart.signing import SignedWords
from backend.catalogue.actions import load_pack
from backend.catalogue.pack_read import read_folder
from backend.catalogue.search_meaning import meanings
from backend.certificates.making import make as print_certificate
from backend.core.crypto import Vault
from backend.core.db import Tx, connect, job_transaction, open_pool
from backend.core.files import store_upload
from backend.core.jobs import Work
from backend.demo.actions import load_cast
from backend.demo.model import Cast, Officer, Person
from backend.documents.making import make
from backend.mandates.consent import hash_of, seal_words
from backend.mandates.model import ACTIONS
from backend.notifications.actions import tell
from backend.notifications.model import Channel
from backend.orders.actions import file_order
from backend.orders.model import Filing
from backend.rights.exporting import make_export
from backend.settings import Settings
from tests.access import table as who
from tests.access.helped import help_father, post_office
from tests.demo import HAIKOU
from tests.orders.shopping import THREE, fill_in, picture, put_in, transaction, use_shown
from tests.web import Site, StoppedClock, running

AUNT = "aunt"  # the principal of the other family
CIVIL_AFFAIRS, MARKETS = "民政局", "市场监督管理局"
OTHER_MATTER = "居住证"
GUIDE = "家里老人满八十"
NEXT = ("公共租赁住房", "护理补贴")  # what the agents fill in next, all but the filing
PUSH = "https://fcm.googleapis.com/fcm/send/the-fathers-own"


class Marked(msgspec.Struct, frozen=True):
    """What stands nowhere but where this person's own affairs may be seen. `typed`: answers and the name of a file."""

    name: str
    number: str
    phone: str
    typed: tuple[str, ...] = ()

    def all(self) -> tuple[str, ...]:
        return (self.name, self.number, self.phone, *self.typed)


def _number(first17: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first17 + "10X98765432"[sum(w * int(c) for w, c in zip(weights, first17, strict=True)) % 11]


MARKS = {
    who.FATHER: Marked("魏苍梧", _number("46019919440305101"), "13900010001", ("演示路青鹞巷一号", "青鹞照片")),
    AUNT: Marked("孟扶摇", _number("46019919410607204"), "13900010002", ("演示路赤狐巷二号", "赤狐照片")),
    who.DAUGHTER: Marked("魏霜降", _number("46019919730816202"), "13900010003"),
    who.HELPER: Marked("孟惊蛰", _number("46019919750211305"), "13900010004"),
    who.NEIGHBOUR: Marked("左白露", _number("46019919800101401"), "13900010005"),
    who.COUSIN: Marked("魏谷雨", _number("46019919810202502"), "13900010006"),
    who.NEPHEW: Marked("魏小满", _number("46019919820303603"), "13900010007"),
    who.STRANGER: Marked("段芒种", _number("46019919830404704"), "13900010008"),
    who.CLERK: Marked("左惊鹊", _number("46019919840505805"), "13900010009"),
}
OFFICERS = (
    Officer(handle=who.CIVIL, name="公务员甲", roles={CIVIL_AFFAIRS: ("window", "reviewer", "approver")}),
    Officer(handle=who.MARKET, name="公务员乙", roles={MARKETS: ("window", "reviewer", "approver", "head")}),
    Officer(handle=who.AUDITOR, name="公务员丙", roles={CIVIL_AFFAIRS: ("auditor",)}),
    Officer(handle=who.EDITOR, name="公务员丁", roles={CIVIL_AFFAIRS: ("editor", "legal")}),
)


class City(msgspec.Struct):
    """A prepared database: everybody's id and session, and the objects that requests aim at."""

    ids: dict[str, UUID] = {}
    tokens: dict[str, str] = {}
    targets: dict[str, Any] = {}


def _person(handle: str) -> Person:
    mark = MARKS[handle]
    facts = {
        "person.name": mark.name, "person.id_number": mark.number, "person.household": "460105",
        "person.residence": "460105", "person.phone": mark.phone, "person.capacity": "full",
    }  # fmt: skip
    born = f"{mark.number[6:10]}-{mark.number[10:12]}-{mark.number[12:14]}"
    registers = {
        "population": {"person.name": mark.name, "person.birth_date": born, "person.household": "460105", "person.alive": True},
        "civil_affairs": {"person.name": mark.name, "person.elder_allowance": False, "person.nursing_allowance": False, "person.low_income": False},
    }  # fmt: skip
    return Person(handle=handle, name=mark.name, phone=mark.phone, facts=facts, registers=registers)


async def build(settings: Settings) -> City:
    """Fills the fresh database of `settings`."""
    from tests.access.desk_work import work_at_desk
    from tests.access.jointly import ask_jointly
    from tests.access.machine import judge_by_machine
    from tests.access.offered import offer_to_father
    from tests.access.shown import show_a_certificate

    city = City()
    owner = await connect(settings.login("owner"))
    try:
        await _settle(city, owner, settings)
        async with running(settings) as site:
            await _live(city, site)
        await _tell(settings)
        await _ask_the_father_to_sign(city, owner, settings)
        await _lose_one(city, owner)
        await _find_targets(city, owner)
        await ask_jointly(city, owner)
        await work_at_desk(city, owner, settings)
        await judge_by_machine(city, owner, settings)
        await offer_to_father(city, owner, settings)
        await show_a_certificate(city, owner, settings)
    finally:
        await owner.close()
    return city


async def _settle(city: City, owner: asyncpg.Connection, settings: Settings) -> None:
    meanings([HAIKOU.name])  # read its table before a transaction begins that may not be idle for ten seconds
    now = StoppedClock()()
    async with owner.transaction():
        await owner.execute("SELECT set_config('app.now', $1, true)", now.isoformat())
        await load_pack(owner, read_folder(HAIKOU))
        tx = Tx(owner, Vault(settings.master_key or ""), now)
        people, helping = tuple(_person(p) for p in MARKS if p != who.CLERK), post_office(MARKS[who.CLERK].name)
        await load_cast(tx, Cast(people=people, officers=OFFICERS, organisations=(helping,)))
        city.ids = dict(await owner.fetch("SELECT handle, id FROM accounts WHERE handle IS NOT NULL"))
        await _give_mandates(city, tx)
        other = await owner.fetchval("SELECT code FROM items WHERE kind = 'item' AND name = $1", OTHER_MATTER)
        city.targets |= await help_father(tx, city.ids, f"本人{MARKS[who.FATHER].name}请人帮我办。", other)
        for handle, account in city.ids.items():
            city.tokens[handle] = await open_session(tx, account)
        await _put_on_screens(city, owner)
        await owner.execute(
            """INSERT INTO mandate_requests (id, way, principal_id, agent_id, matters, consent_sealed, consent_hash, code_hash, valid_from,
                      valid_to, asked_at, expires_at)
               VALUES (gen_random_uuid(), 'sms', $1, $2, '所有允许代办的事项', $5, $6, '\\x00', $3, $3, $4::timestamptz, $4 + interval '1 day')""",
            city.ids[who.FATHER], city.ids[who.STRANGER], tx.today, now, *await _agreed(tx, city, who.FATHER, who.STRANGER),
        )  # fmt: skip
        await owner.execute(
            """INSERT INTO passkeys (id, account_id, credential, public_key, sign_count, name, created_at)
               VALUES (gen_random_uuid(), $1, sha256('credential'), sha256('key'), 0, '书房里的电脑', $2)""",
            city.ids[who.FATHER], now,
        )  # fmt: skip
        await owner.execute(
            "INSERT INTO archives (account_id, key_wrapped, sealed, made_at, kept_until) VALUES ($1, '', '', $2, $3)",
            city.ids[AUNT], now, tx.today,
        )  # fmt: skip
        await owner.execute(
            """INSERT INTO erasures (id, account_id, asked_at, due_at, cancelled_at)
               VALUES (gen_random_uuid(), $1, $2::timestamptz, $2 + interval '7 days', $2)""",
            city.ids[who.FATHER], now,
        )  # fmt: skip
        await keep(tx, city.ids[who.FATHER], PURPOSES["push"], "zh-Hans", by=city.ids[who.FATHER])
        await owner.execute(
            """INSERT INTO push_subscriptions (id, account_id, endpoint, p256dh, auth, created_at)
               VALUES (gen_random_uuid(), $1, $2, 'key', 'auth', $3)""",
            city.ids[who.FATHER], PUSH, now,
        )  # fmt: skip
        await owner.execute(
            "INSERT INTO notice_choices VALUES ($1, 'progress', '{email}', $2)", city.ids[who.FATHER], now
        )
        await owner.execute(
            "INSERT INTO notice_habits VALUES ($1, '21:00', '08:00', 'all', $2)", city.ids[who.FATHER], now
        )


async def _agreed(tx: Tx, city: City, principal: str, agent: str) -> tuple[bytes, bytes]:
    """The words she agreed to, names and all, sealed; and their hash."""
    words = f"{MARKS[principal].name}授权{MARKS[agent].name}替本人办理。"
    wrapped = await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", city.ids[principal])
    return seal_words(tx.vault.key(wrapped), words), hash_of(words)


async def _give_mandates(city: City, tx: Tx) -> None:
    owner, today = tx.db, tx.today
    other = await owner.fetchval("SELECT code FROM items WHERE kind = 'item' AND name = $1", OTHER_MATTER)
    long_ago, soon = today - timedelta(90), today + timedelta(90)
    for agent, principal, items, until, ended in (
        (who.DAUGHTER, who.FATHER, None, soon, None),
        (who.NEIGHBOUR, who.FATHER, [other], soon, None),
        (who.COUSIN, who.FATHER, None, today - timedelta(1), None),
        (who.NEPHEW, who.FATHER, None, soon, "revoked"),
        (who.HELPER, AUNT, None, soon, None),
    ):
        mandate = city.targets[f"mandate of {agent}"] = uuid4()
        await owner.execute(
            """INSERT INTO mandates (id, principal_id, agent_id, kind, created_via, items, actions, consent_sealed, consent_hash,
                      valid_from, valid_to, granted_at, ended_at, end_reason)
               VALUES ($1, $2, $3, 'entrusted', 'self', $4, $5, $9, $10, $6, $7, app_now(),
                       CASE WHEN $8::text IS NOT NULL THEN app_now() END, $8)""",
            mandate, city.ids[principal], city.ids[agent], items, list(ACTIONS), long_ago, until, ended,
            *await _agreed(tx, city, principal, agent),
        )  # fmt: skip
        await owner.execute(
            "INSERT INTO mandate_events (mandate_id, kind, actor_id) VALUES ($1, 'granted', $2)",
            mandate, city.ids[principal],
        )  # fmt: skip


async def _put_on_screens(city: City, owner: asyncpg.Connection) -> None:
    """Each agent has her principal's affairs on the screen, those whose mandate has ended as well; sessions outlast them all."""
    await owner.execute(
        """UPDATE sessions s SET principal_id = m.principal_id, mandate_id = m.id
           FROM mandates m WHERE m.agent_id = s.account_id"""
    )
    await owner.execute("UPDATE sessions SET expires_at = created_at + interval '2 years'")


def client(site: Site, city: City, handle: str) -> httpx.AsyncClient:
    """A telephone with this person's session; `nobody` has none."""
    found = site.stranger()
    if handle != who.NOBODY:
        found.cookies.set("__Host-session", city.tokens[handle])
    return found


async def _live(city: City, site: Site) -> None:
    for agent, principal in ((who.DAUGHTER, who.FATHER), (who.HELPER, AUNT)):
        person, mark = client(site, city, agent), MARKS[principal]
        await put_in(site, person, THREE)
        await fill_in(
            site, person, person__address=mark.typed[0], bank_account__holder=mark.name, person__phone=mark.phone
        )
        await _add_photo(site, person, mark)
        await _file(site, person)
        await put_in(site, person, NEXT)
        await fill_in(site, person)
        await _add_photo(site, person, mark)
    await client(site, city, who.FATHER).post("/me/data/exports")
    async with transaction(site, client(site, city, who.DAUGHTER)) as tx:
        draft = await lock_draft(tx)
        needs = draft.sheet.materials
        city.targets["use"] = use_shown(draft)
        city.targets["pledge"] = next((need.name for need in needs if need.pledge), None)
    for way in ("kept", "parties"):
        answer = await client(site, city, who.DAUGHTER).post(f"/scenarios/{GUIDE}/{way}", data={"elder.age": "80–89"})
        assert answer.status_code == 303, answer.text[:300]
    drafted = await site.app.state.pool.fetchval("SELECT code FROM items WHERE name = $1", "老年人优待证")
    answer = await client(site, city, who.EDITOR).post(f"/desk/items/{drafted}/draft")
    assert answer.status_code == 303, answer.text[:300]
    city.targets["drafted"] = drafted
    table = {"table": ("演示.csv", "实施编码,事项名称,实施主体\n".encode())}
    answer = await client(site, city, who.EDITOR).post("/desk/items/import", files=table)
    city.targets["brought"] = answer.headers["location"].rpartition("/")[2]


async def _add_photo(site: Site, person: httpx.AsyncClient, mark: Marked) -> None:
    """One more page of every material that was handed in, under a name of its own."""
    async with transaction(site, person) as tx:
        draft = await lock_draft(tx)
        for need in (need for need in draft.sheet.materials if need.files):
            file = await store_upload(tx, site.app.state.files, picture(), f"{mark.typed[1]}.jpg")
            await attach(tx, draft, need, [file])


async def _file(site: Site, person: httpx.AsyncClient) -> None:
    async with transaction(site, person) as tx:
        draft = await lock_draft(tx)
        filing = Filing(cart=draft.cart_id, version=draft.version, agree=True, use=use_shown(draft))
        await file_order(tx, f"prepared-{uuid4()}", filing)


async def _tell(settings: Settings) -> None:
    """What the worker does after the filings: everybody is told, on every channel there is."""
    pool = await open_pool(settings.login("worker"), 2)
    async with job_transaction(pool, Vault(settings.master_key or ""), StoppedClock()()) as tx:
        events = [row["id"] for row in await tx.db.fetch("SELECT id FROM events WHERE public ORDER BY id")]
        await tell(tx, events, frozenset(Channel))
    work = Work(pool, Vault(settings.master_key or ""), settings, StoppedClock())
    await make(work, events)
    for held in await pool.fetch("SELECT id FROM certificates"):
        await print_certificate(work, held["id"])
    (export,) = await pool.fetch("SELECT id FROM exports")
    await make_export(work, export["id"])
    await pool.close()


async def _ask_the_father_to_sign(city: City, owner: asyncpg.Connection, settings: Settings) -> None:
    """Something in the other family's cart waits for his signature; it names nobody."""
    asked, now = uuid4(), StoppedClock()()
    words = SignedWords(
        item="一件事", item_code="", level="said", agent=True, department="", principal="某人", asked_by="某人", role="", signer="", number="",
        rows=(), materials=(),
    )  # fmt: skip
    vault = Vault(settings.master_key or "")
    key = vault.key(await owner.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", city.ids[AUNT]))
    await owner.execute(
        """INSERT INTO signatures (id, cart_id, line_id, item_code, role, party_id, principal_id, asked_by, signer_id, text_hash, sealed,
                  token_hash, counter_hash, asked_at, expires_at)
           SELECT $1, c.id, l.id, l.item_code, 'applicant', $2, $2, $3, $4, '\\x00', $5, '\\x01', '\\x02', $6::timestamptz, $6 + interval '14 days'
           FROM carts c JOIN cart_lines l ON l.cart_id = c.id WHERE c.actor_id = $3 AND c.state = 'open' ORDER BY l.position LIMIT 1""",
        asked, city.ids[AUNT], city.ids[who.HELPER], city.ids[who.FATHER], key.seal_value(words, f"signature:{asked}"), now,
    )  # fmt: skip
    city.targets["signature"] = asked
    # A photo that the daughter has begun to send for him.
    city.targets["upload"] = upload = uuid4()
    his = vault.key(await owner.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", city.ids[who.FATHER]))
    await owner.execute(
        """INSERT INTO uploads (id, principal_id, actor_id, key, length, sha256, name_sealed, begun_at, touched_at)
           VALUES ($1, $2, $3, 'a photo on its way', 6, sha256('photo!'), $4, $5, $5)""",
        upload, city.ids[who.FATHER], city.ids[who.DAUGHTER], his.seal(b"a.jpg", f"upload:{upload}:name"), now,
    )  # fmt: skip
    await owner.execute("INSERT INTO upload_parts VALUES ($1, 0, 1, 'aa/its first byte')", upload)
    await owner.execute(
        """INSERT INTO register_requests (id, register, subject, principal_id, actor_id, items, basis, asked_at, state, done_at)
           VALUES ($1, 'population', sha256('number'), $2, $3, '{460100-MZ-001}', 'consent:prefill:1', $4, 'answered', $4)""",
        uuid4(), city.ids[who.FATHER], city.ids[who.DAUGHTER], now,
    )  # fmt: skip
    # A number he said is his, and a business: its account is the aunt's, for want of a firm in these two families.
    await owner.execute("INSERT INTO stated_numbers VALUES ($1, sha256('number'), $2)", city.ids[who.FATHER], now)
    await owner.execute("INSERT INTO businesses VALUES ($1, sha256('code'), sha256('number'), $2)", city.ids[AUNT], now)


async def _lose_one(city: City, owner: asyncpg.Connection) -> None:
    """One notice of the father's that must reach him, and nothing brought it."""
    event = await owner.fetchval(
        """SELECT n.event_id FROM notices n JOIN cases c ON c.id = n.case_id WHERE n.person_id = $1 AND n.must AND n.channel = 'inbox'
           AND c.department_id = $2 ORDER BY n.event_id LIMIT 1""",
        city.ids[who.FATHER], CIVIL_AFFAIRS,
    )  # fmt: skip
    at = "event_id = $1 AND person_id = $2 AND channel"
    await owner.execute(
        f"UPDATE notices SET state = 'failed', sent_at = NULL WHERE {at} <> 'inbox'", event, city.ids[who.FATHER]
    )
    city.targets["matter"] = "progress"
    city.targets["lost notice"] = await owner.fetchval(
        f"SELECT id FROM notices WHERE {at} = 'inbox'", event, city.ids[who.FATHER]
    )  # fmt: skip


async def _find_targets(city: City, owner: asyncpg.Connection) -> None:
    father, daughter = city.ids[who.FATHER], city.ids[who.DAUGHTER]
    found = await owner.fetchrow(
        """SELECT (SELECT number FROM orders WHERE principal_id = $1) AS "order",
                  (SELECT number FROM cases WHERE principal_id = $1 AND department_id = $3 AND state = 'submitted') AS "case",
                  (SELECT item_code FROM cases WHERE principal_id = $1 AND department_id = $3 AND state = 'submitted') AS item,
                  (SELECT f.file_id FROM case_files f JOIN cases c ON c.id = f.case_id WHERE c.principal_id = $1
                   AND c.department_id = $3 AND c.state = 'submitted' ORDER BY f.material, f.position DESC LIMIT 1) AS file,
                  (SELECT x.id FROM documents x JOIN cases c ON c.id = x.case_id WHERE c.principal_id = $1 AND c.department_id = $3
                   AND c.state = 'submitted') AS document,
                  (SELECT id FROM notices WHERE person_id = $1 AND channel = 'inbox' ORDER BY event_id LIMIT 1) AS notice,
                  (SELECT id FROM sessions WHERE account_id = $1) AS session,
                  (SELECT id FROM mandate_requests WHERE principal_id = $1) AS asked,
                  (SELECT id FROM passkeys WHERE account_id = $1) AS passkey,
                  (SELECT id FROM kept_guides WHERE principal_id = $1) AS "kept guide",
                  (SELECT id FROM carts WHERE actor_id = $2 AND state = 'open') AS cart,
                  (SELECT version FROM carts WHERE actor_id = $2 AND state = 'open') AS version,
                  (SELECT l.id FROM cart_lines l JOIN carts c ON c.id = l.cart_id WHERE c.actor_id = $2 AND c.state = 'open' ORDER BY l.position LIMIT 1) AS line,
                  (SELECT version FROM cases WHERE principal_id = $1 AND department_id = $3 AND state = 'submitted') AS case_version""",
        father, daughter, CIVIL_AFFAIRS,
    )  # fmt: skip
    held = await owner.fetchrow(
        """SELECT m.subject, m.material, m.variant, m.file_id FROM cart_materials m JOIN carts c ON c.id = m.cart_id
           WHERE c.actor_id = $1 AND c.state = 'open' ORDER BY m.material, m.position LIMIT 1""",
        daughter,
    )
    name = f"{held['subject']}.{held['material']}" + (f".{held['variant']}" if held["variant"] else "")
    city.targets |= {**found, "material": name, "held file": held["file_id"], "scenario": None}
    city.targets["scenario"] = await owner.fetchval("SELECT id FROM scenarios ORDER BY id LIMIT 1")
    city.targets |= {"party": father, "element": "person.phone"}
    city.targets["export"] = await owner.fetchval("SELECT id FROM exports WHERE account_id = $1", father)
    missing = [target for target, value in city.targets.items() if value is None]
    assert not missing, missing
