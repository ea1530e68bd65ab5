"""Forgetting somebody: what is deleted, what must stay and under which key, and that a restored backup forgets her again.

Why it is done so: docs/decisions/0008-forgetting-and-the-archive.md. In this order:

1. Still something in the way (a case filed meanwhile): she is told, and nothing is erased.
2. What the archive keeps (facts and files of her cases, her name, the words of her mandates) is sealed anew under a key of
   its own, which opens only for the offices that handled her cases, until the day on which it is destroyed.
3. Everything else goes: rows, then files. Her data key is replaced by one that opens nothing she had.
4. Her account's id is laid down beside the files, outside the database, so that a restored backup is made to forget as well.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from uuid import UUID

import asyncpg
import msgspec
import obstore
from obstore.store import ObjectStore

from backend.cases.queries import facts_place
from backend.certificates.archiving import holds_any, seal_certificates
from backend.core.crypto import DataKey
from backend.core.db import Tx
from backend.core.events import NewEvent, record
from backend.core.jobs import Work
from backend.core.stores import open_store
from backend.documents.archiving import seal_anew
from backend.mandates.consent import open_words
from backend.rights.model import Archive
from backend.rights.queries import hindrances_of

FORGOTTEN = "已注销"
LEDGER = "forgotten/"

# What goes, table by table, in an order that no reference forbids.
DELETED = {
    "upload_parts": "DELETE FROM upload_parts WHERE upload_id IN (SELECT id FROM uploads WHERE $1 IN (principal_id, actor_id))",
    "uploads": "DELETE FROM uploads WHERE $1 IN (principal_id, actor_id)",
    "signatures": "DELETE FROM signatures WHERE principal_id = $1 AND case_id IS NULL",
    "kept_guides": "DELETE FROM kept_guides WHERE $1 IN (principal_id, actor_id)",
    "guide_drafts": "DELETE FROM guide_drafts WHERE $1 IN (principal_id, actor_id)",
    "id_numbers": "DELETE FROM id_numbers WHERE account_id = $1",
    "stated_numbers": "DELETE FROM stated_numbers WHERE account_id = $1",
    "answers": "DELETE FROM answers WHERE cart_id IN (SELECT id FROM carts WHERE $1 IN (principal_id, actor_id))",
    "cart_materials": "DELETE FROM cart_materials WHERE cart_id IN (SELECT id FROM carts WHERE $1 IN (principal_id, actor_id))",
    "cart_lines": "DELETE FROM cart_lines WHERE cart_id IN (SELECT id FROM carts WHERE $1 IN (principal_id, actor_id))",
    "carts": "DELETE FROM carts c WHERE $1 IN (principal_id, actor_id) AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.cart_id = c.id)",
    "files": """DELETE FROM files f WHERE principal_id = $1 AND NOT EXISTS (
        SELECT 1 FROM case_files WHERE file_id = f.id UNION ALL SELECT 1 FROM counter_mandates WHERE paper_id = f.id
        UNION ALL SELECT 1 FROM visits WHERE paper_id = f.id UNION ALL SELECT 1 FROM signatures WHERE file_id = f.id
        UNION ALL SELECT 1 FROM losses WHERE paper_id = f.id)""",
    "certificate_looks": "DELETE FROM certificate_looks WHERE holder_id = $1",
    "showing_codes": "DELETE FROM showing_codes k USING showings s WHERE s.id = k.showing_id AND s.holder_id = $1",
    "showings": "DELETE FROM showings WHERE holder_id = $1",
    "facts": "DELETE FROM facts WHERE party_id IN (SELECT id FROM parties WHERE principal_id = $1)",
    "parties": "DELETE FROM parties p WHERE principal_id = $1 AND NOT EXISTS (SELECT 1 FROM signatures s WHERE s.party_id = p.id)",
    "contact_alarms": "DELETE FROM contact_alarms WHERE account_id = $1",
    "contacts": "DELETE FROM contacts WHERE account_id = $1",
    "identities": "DELETE FROM identities WHERE account_id = $1",
    "passkeys": "DELETE FROM passkeys WHERE account_id = $1",
    "passkey_challenges": "DELETE FROM passkey_challenges WHERE account_id = $1",
    "sign_in_codes": "DELETE FROM sign_in_codes WHERE account_id = $1",
    "push_subscriptions": "DELETE FROM push_subscriptions WHERE account_id = $1",
    "sessions": "DELETE FROM sessions WHERE $1 IN (account_id, principal_id)",
    "notice_choices": "DELETE FROM notice_choices WHERE account_id = $1",
    "notice_habits": "DELETE FROM notice_habits WHERE account_id = $1",
    "notices": "DELETE FROM notices WHERE person_id = $1",
    "letters": "DELETE FROM letters WHERE person_id = $1",
    "offer_visits": "DELETE FROM offer_visits v USING offers o WHERE o.id = v.offer_id AND o.principal_id = $1",
    "offer_changes": "DELETE FROM offer_changes c USING offers o WHERE o.id = c.offer_id AND o.principal_id = $1",
    "offers": "DELETE FROM offers WHERE principal_id = $1",
    "pledge_objections": "DELETE FROM pledge_objections WHERE principal_id = $1",
    "credit_appeals": "DELETE FROM credit_appeals WHERE principal_id = $1",
    "mandate_requests": "DELETE FROM mandate_requests WHERE $1 IN (principal_id, agent_id)",
    "register_requests": "DELETE FROM register_requests WHERE $1 IN (principal_id, actor_id)",
    "idempotency_keys": "DELETE FROM idempotency_keys WHERE actor_id = $1",
    "exports": "DELETE FROM exports WHERE account_id = $1",
    "case_notes": "DELETE FROM case_notes n USING cases c WHERE c.id = n.case_id AND c.principal_id = $1",
    "decision_drafts": "DELETE FROM decision_drafts d USING cases c WHERE c.id = d.case_id AND c.principal_id = $1",
}
# What stays, and why nobody learns from it who she was.
KEPT = {
    "accounts": "an id, without name and with a key that opens nothing: counts and references stay whole",
    "archives": "what the office keeps, under its own key, until its day",
    "orders": "number, time and sums",
    "cases": "number, item, state and clock; the facts are sealed under the archive's key",
    "case_files": "which file belonged to which case",
    "documents": "number, date and hash; the papers are sealed under the archive's key",
    "document_wordings": "officers' words",
    "pledges": "which pledge stood for which material of a case, and what the check found; her name under it was under her key",
    "certificates": "number, dates, hash and state; the words are sealed under the archive's key",
    "use_consents": "that an id agreed to which words with which order; the words were under her key",
    "case_sources": "which certificate, by number and hash, and which register a case used",
    "certificate_changes": "when each held and when no more, and why",
    "notice_wordings": "officers' words",
    "city_texts": "officers' words",
    "notice_followups": "goes with its notice",
    "events": "the audit trail: ids, kinds and times; append-only",
    "mandates": "who acted for whom as ids, with the hash of the words; the words are in the archive",
    "mandate_events": "the hash-chained journal: ids, kinds and times",
    "mandate_journals": "the last line's hash",
    "consents": "that an id agreed to which words when",
    "erasures": "that it was asked for and done",
    "counter_mandates": "that officers recorded a mandate; its words were under her key",
    "visits": "that a helper served somebody on a day; the words she signed were under her key",
    "desk_sights": "who looked somebody up at a counter: the audit trail",
    "losses": "who died or lost capacity leaves no account to erase",
    "businesses": "a business is no person",
    "staff": "helpers are ended by their organisation",
    "guide_versions": "guides written at the desk",
    "item_events": "the history of an item at the desk",
    "calendar_changes": "who changed a day of the calendar at the desk",
    "joint_opinions": "what the other departments of a case were asked, and said",
    "joint_meetings": "when the departments of a case met, and what came of it",
    "catalogue_imports": "tables of guides an editor brought",
    "word_changes": "changes to the city's vocabulary at the desk",
    "word_events": "the history of such a change",
    "officer_roles": "officers are not erased here",
    "register_clients": "machines of other authorities, and which officer let them in",
    "register_pushes": "when such a machine sent how much",
    "register_nonces": "that it said a number once",
    "officer_enrolments": "officers are not erased here",
    "role_events": "officers are not erased here",
    "absences": "officers are not erased here",
    "desk_views": "officers are not erased here",
    "correction_texts": "an office's words",
    "automatic_decisions": "the decision by machine: rules in words, public values, keyed hashes of all others; append-only",
    "relied_on": "which register or certificate it stood on: keyed hashes; append-only",
    "approval_switches": "an officer's, with her reason",
    "approval_shares": "an officer's",
    "rechecks": "that a person looked again and what came of it; the words are sealed under the key that is destroyed",
    "source_inquiries": "an officer's, with keyed hashes of the numbers she asked for",
    "inquiry_lines": "which case stood on a wrong source, and what was done",
    "outreach_looks": "an officer's: how many she saw, and nobody",
    "rule_trials": "an editor's: counts",
    "rule_trial_lines": "ids and rules in words",
    "bulk_moves": "one step for many cases: the officer's, the step, the words for all",
    "bulk_lines": "which case had which result: ids",
}  # fmt: skip


async def erase_due(work: Work) -> None:
    """Everybody whose seven days are over, each in a transaction of her own."""
    async with work.transaction() as tx:
        due = await tx.db.fetch(
            """SELECT account_id FROM erasures WHERE cancelled_at IS NULL AND done_at IS NULL AND due_at <= $1
               ORDER BY due_at LIMIT 100""",
            tx.now,
        )
    for row in due:
        await erase(work, row["account_id"])


async def erase(work: Work, account: UUID) -> None:
    """Forgets one person; again: does nothing. The bytes of files go after the rows: what is left over opens for nobody."""
    store = open_store(work.settings)
    async with work.transaction() as tx:
        if not await _is_hers_to_forget(tx, account) or await _held_back(tx, account):
            return
        gone = await _forget(tx, store, account, work.settings.archive_years)
    await asyncio.to_thread(obstore.put, store, f"{LEDGER}{account}", b"-")
    await asyncio.to_thread(_delete_all, store, gone)


async def _is_hers_to_forget(tx: Tx, account: UUID) -> bool:
    found = await tx.db.fetchval(
        "SELECT true FROM accounts WHERE id = $1 AND kind = 'person' AND erased_at IS NULL FOR UPDATE", account
    )
    return found is not None


async def _held_back(tx: Tx, account: UUID) -> bool:
    """Something was begun in the meantime: the wish is laid down, and she is told why."""
    if not await hindrances_of(tx, account):
        return False
    await tx.db.execute(
        "UPDATE erasures SET cancelled_at = $2 WHERE account_id = $1 AND cancelled_at IS NULL AND done_at IS NULL",
        account,
        tx.now,
    )
    told = NewEvent(kind="erasure_held", principal_id=account, actor_kind="machine", data={"page": "/me/erase"})
    await record(tx, [told])
    return True


async def _forget(tx: Tx, store: ObjectStore, account: UUID, years: int) -> list[str]:
    """Returns the places in the store whose bytes nobody needs any more."""
    wrapped = await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", account)
    files = await _files_of(tx, account)
    gone = [row["store_key"] for row in files if not row["kept"]] + await _packages_of(tx, account)
    gone += await _pieces_of(tx, account)
    gone += await _archive(tx, store, account, tx.vault.key(wrapped), [row for row in files if row["kept"]], years)
    await _replace_key(tx, account)
    for statement in DELETED.values():
        await tx.db.execute(statement, account)
    await tx.db.execute("UPDATE mandates SET consent = '', consent_sealed = NULL WHERE principal_id = $1", account)
    await tx.db.execute(
        "UPDATE erasures SET done_at = greatest($2, due_at) WHERE account_id = $1 AND cancelled_at IS NULL AND done_at IS NULL",
        account,
        tx.now,
    )
    await record(tx, [NewEvent(kind="erased", principal_id=account, actor_kind="machine", public=False)])
    return gone


async def _files_of(tx: Tx, account: UUID) -> list[asyncpg.Record]:
    """`kept`: part of a case, or a paper somebody signed at a counter."""
    return await tx.db.fetch(
        """SELECT id, store_key, name_sealed, EXISTS (
               SELECT 1 FROM case_files WHERE file_id = f.id UNION ALL SELECT 1 FROM counter_mandates WHERE paper_id = f.id
               UNION ALL SELECT 1 FROM visits WHERE paper_id = f.id UNION ALL SELECT 1 FROM signatures WHERE file_id = f.id
               UNION ALL SELECT 1 FROM losses WHERE paper_id = f.id) AS kept
           FROM files f WHERE principal_id = $1""",
        account,
    )


async def _packages_of(tx: Tx, account: UUID) -> list[str]:
    rows = await tx.db.fetch("SELECT store_key FROM exports WHERE account_id = $1 AND store_key IS NOT NULL", account)
    return [row["store_key"] for row in rows]


async def _pieces_of(tx: Tx, account: UUID) -> list[str]:
    rows = await tx.db.fetch(
        "SELECT p.store_key FROM upload_parts p JOIN uploads u ON u.id = p.upload_id WHERE $1 IN (u.principal_id, u.actor_id)",
        account,
    )
    return [row["store_key"] for row in rows]


async def _replace_key(tx: Tx, account: UUID) -> None:
    """A key nobody ever sealed anything with; under it the word that stands where her name stood."""
    wrapped = tx.vault.new_key()
    await tx.db.execute(
        """UPDATE accounts SET key_wrapped = $2, name_sealed = $3, handle = NULL, about = '', erased_at = $4 WHERE id = $1""",
        account,
        wrapped,
        tx.vault.key(wrapped).seal(FORGOTTEN.encode(), f"name:{account}"),
        tx.now,
    )


async def _archive(
    tx: Tx, store: ObjectStore, account: UUID, key: DataKey, files: list[asyncpg.Record], years: int
) -> list[str]:
    """Seals anew what the office keeps; returns where the bytes under her old key lay."""
    cases = await tx.db.fetch("SELECT id, facts_sealed, decided_at FROM cases WHERE principal_id = $1", account)
    words = await tx.db.fetch(
        "SELECT id, consent, consent_sealed, consent_hash FROM mandates WHERE principal_id = $1", account
    )
    if not cases and not words and not files and not await holds_any(tx, account):
        return []
    wrapped = tx.vault.new_key()
    kept = tx.vault.key(wrapped)
    name = key.open(await _name(tx, account), f"name:{account}").decode()
    said = {
        str(row["id"]): open_words(key, row["consent_sealed"], row["consent_hash"], row["consent"]) for row in words
    }
    await tx.db.execute(
        "INSERT INTO archives (account_id, key_wrapped, sealed, made_at, kept_until) VALUES ($1, $2, $3, $4, $5)",
        account,
        wrapped,
        kept.seal_value(Archive(name, said), f"archive:{account}"),
        tx.now,
        _years_after(max([tx.today, *(row["decided_at"].date() for row in cases if row["decided_at"])]), years),
    )
    for case in cases:
        sealed = kept.seal(key.open(case["facts_sealed"], facts_place(case["id"])), facts_place(case["id"]))
        await tx.db.execute("UPDATE cases SET facts_sealed = $2 WHERE id = $1", case["id"], sealed)
    moved = await _archive_files(tx, store, files, key, kept)
    moved += await seal_anew(tx, store, account, key, kept)
    return moved + await seal_certificates(tx, store, account, key, kept)


async def _archive_files(
    tx: Tx, store: ObjectStore, files: list[asyncpg.Record], key: DataKey, kept: DataKey
) -> list[str]:
    moved = []
    for row in files:
        place = f"file:{row['id']}"
        try:
            store_key = await asyncio.to_thread(_sealed_anew, store, row["store_key"], place, key, kept)
        except (
            FileNotFoundError
        ):  # a restored database beside a store that went on: those bytes went with the first time
            continue
        moved.append(row["store_key"])
        name = kept.seal(key.open(row["name_sealed"], f"{place}:name"), f"{place}:name")
        await tx.db.execute(
            "UPDATE files SET store_key = $2, name_sealed = $3, preview_sealed = NULL WHERE id = $1",
            row["id"],
            store_key,
            name,
        )
    return moved


def _sealed_anew(store: ObjectStore, store_key: str, place: str, key: DataKey, kept: DataKey) -> str:
    sealed = kept.seal(key.open(bytes(obstore.get(store, store_key).bytes()), place), place)
    digest = hashlib.sha256(sealed).hexdigest()
    obstore.put(store, f"{digest[:2]}/{digest}", sealed)
    return f"{digest[:2]}/{digest}"


async def _name(tx: Tx, account: UUID) -> bytes:
    sealed: bytes = await tx.db.fetchval("SELECT name_sealed FROM accounts WHERE id = $1", account)
    return sealed


def _years_after(day: date, years: int) -> date:
    """The last day of that year: archives are counted in whole years."""
    return date(day.year + years, 12, 31)


def _delete_all(store: ObjectStore, store_keys: Iterable[str]) -> None:
    for store_key in store_keys:
        with suppress(FileNotFoundError):
            obstore.delete(store, store_key)


async def forget_again(work: Work) -> None:
    """A restored backup knows people again who were forgotten since: whoever stands in the ledger is forgotten again."""
    store = open_store(work.settings)
    listed = await asyncio.to_thread(lambda: [entry["path"] for part in obstore.list(store, LEDGER) for entry in part])
    for path in listed:
        await erase(work, UUID(path.removeprefix(LEDGER)))


async def clear_archives(work: Work) -> None:
    """The day has come: the key of an archive is destroyed, and with it everything that was kept of that person."""
    async with work.transaction() as tx:
        await tx.db.execute(
            "UPDATE archives SET key_wrapped = NULL WHERE key_wrapped IS NOT NULL AND kept_until < $1", tx.today
        )


def archive_in(sealed: bytes, key: DataKey, account: UUID) -> Archive:
    return msgspec.convert(key.open_value(sealed, f"archive:{account}"), Archive)
