"""Her documents are in the package she takes away; when she is forgotten the office still opens them, and she is in none of our keys."""

import io
import zipfile

import msgspec
import obstore

from backend.core.stores import open_store
from backend.documents.archiving import seal_anew
from backend.documents.making import place
from backend.rights.exporting import about, make_export
from tests.documents.conftest import Office, opened, words_of
from tests.web import Site


async def test_her_package_holds_each_document_with_its_number(office: Office, site: Site) -> None:
    made = await office.made(await office.town.filed())
    async with office.town.tx("father") as tx:
        key = tx.key
        export = await tx.db.fetchval(
            "INSERT INTO exports (id, account_id, asked_at) VALUES (gen_random_uuid(), $1, $2) RETURNING id",
            tx.viewer.id,
            tx.now,
        )
    await make_export(office.work, export)
    async with office.town.machine() as tx:
        store_key = await tx.db.fetchval("SELECT store_key FROM exports WHERE id = $1", export)
    sealed = bytes(obstore.get(open_store(office.town.settings), store_key).bytes())
    package = zipfile.ZipFile(io.BytesIO(key.open(sealed, about(export))))
    data = msgspec.json.decode(package.read("data.json"))
    (told,) = [row for row in data["documents"] if row["number"] == made["receipt"]["number"]]
    assert told["standing"] == "valid"
    paper = package.read(told["path"])
    assert paper == await opened(await site.person("father"), made["receipt"]["id"])


async def test_sealed_anew_it_opens_with_the_archives_key_and_no_longer_with_hers(office: Office) -> None:
    case = await office.town.filed()
    made = await office.made(case)
    store = open_store(office.town.settings)
    async with office.town.tx("father") as tx:
        hers = tx.key
    kept = office.town.vault.key(office.town.vault.new_key())
    async with office.town.machine() as tx:
        before = {
            row["id"]: row["store_key"]
            for row in await tx.db.fetch("SELECT id, store_key FROM documents WHERE made_at IS NOT NULL")
        }
        moved = await seal_anew(tx, store, case.principal_id, hers, kept)
        after = await tx.db.fetchval("SELECT store_key FROM documents WHERE id = $1", made["receipt"]["id"])
        assert set(moved) == set(before.values())
        sealed = bytes(obstore.get(store, after).bytes())
        assert "收件凭证" in words_of(kept.open(sealed, place(made["receipt"]["id"])))  # type: ignore[arg-type]
        await seal_anew(tx, store, case.principal_id, kept, hers)  # the town goes on


async def test_printed_after_she_left_it_is_sealed_for_the_archive(office: Office) -> None:
    """The job came late: there is no key of hers any more."""
    case = await office.town.filed()
    archive = office.town.vault.new_key()
    async with office.town.machine() as tx:
        facts = await tx.db.fetchval("SELECT facts_sealed FROM cases WHERE id = $1", case.id)
        wrapped = await tx.db.fetchval("SELECT key_wrapped FROM accounts WHERE id = $1", case.principal_id)
        plain = office.town.vault.key(wrapped).open(facts, f"facts:{case.id}")
        await tx.db.execute(
            "INSERT INTO archives (account_id, key_wrapped, sealed, made_at, kept_until) VALUES ($1, $2, '', $3, '2060-12-31')",
            case.principal_id, archive, tx.now,
        )  # fmt: skip
        await tx.db.execute("UPDATE accounts SET erased_at = $2 WHERE id = $1", case.principal_id, tx.now)
        sealed = office.town.vault.key(archive).seal(plain, f"facts:{case.id}")
        await tx.db.execute("UPDATE cases SET facts_sealed = $2 WHERE id = $1", case.id, sealed)
    made = await office.made(case)
    stored = bytes(obstore.get(open_store(office.town.settings), str(made["receipt"]["store_key"])).bytes())
    paper = office.town.vault.key(archive).open(stored, place(made["receipt"]["id"]))  # type: ignore[arg-type]
    assert "陈大海：" in words_of(paper)
