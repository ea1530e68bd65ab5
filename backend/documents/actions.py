"""An office's own words for its documents: written by one, checked by another, published; each version stays."""

from urllib.parse import quote

import msgspec

from backend.core.db import Tx
from backend.core.errors import Conflict, Invalid, NotAllowed, NotFound
from backend.core.i18n import _
from backend.documents.kinds import KINDS
from backend.documents.model import OfficeWording, Wording
from backend.documents.rules import wrong_with
from backend.documents.wordings import city_words

WRITES, CHECKS = frozenset({"editor"}), frozenset({"checker", "legal"})


async def my_roles(tx: Tx) -> dict[str, frozenset[str]]:
    """The departments whose words she writes or checks, with her roles there; NotFound without any."""
    rows = await tx.db.fetch(
        """SELECT department_id, array_agg(role) AS roles FROM officer_roles
            WHERE account_id = $1 AND role = ANY ($2) AND $3 BETWEEN valid_from AND coalesce(valid_to, 'infinity')
            GROUP BY department_id ORDER BY department_id""",
        tx.viewer.id,
        sorted(WRITES | CHECKS),
        tx.today,
    )
    if not rows:
        raise NotFound()
    return {row["department_id"]: frozenset(row["roles"]) for row in rows}


async def versions_of(tx: Tx, department: str, kind: str | None = None) -> list[OfficeWording]:
    """Newest first; of one kind or of all."""
    rows = await tx.db.fetch(
        """SELECT id, department_id, kind, version, state, revision, title, body, authors, checked_by, changed_at, published_at
           FROM document_wordings WHERE department_id = $1 AND ($2::text IS NULL OR kind = $2) ORDER BY kind, version DESC""",
        department,
        kind,
    )
    return msgspec.convert(rows, list[OfficeWording])


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of one department as she works on it. `draft`: the version in work, if there is one."""

    department_id: str
    department_name: str
    kind: str
    roles: frozenset[str]
    versions: list[OfficeWording]
    city: Wording

    @property
    def address(self) -> str:
        return f"/desk/documents/{quote(self.department_id)}/{self.kind}"

    @property
    def draft(self) -> OfficeWording | None:
        return next((one for one in self.versions if one.state in ("draft", "checked")), None)

    @property
    def in_force(self) -> OfficeWording | None:
        return next((one for one in self.versions if one.state == "published"), None)

    @property
    def words(self) -> Wording | OfficeWording:
        """What stands in the form at first."""
        return self.draft or self.in_force or self.city

    @property
    def revision(self) -> int:
        return self.draft.revision if self.draft else 0


async def bench_of(tx: Tx, department: str, kind: str) -> Bench:
    """NotFound for departments she has no part in and for kinds there are not."""
    mine, city = await my_roles(tx), await city_words(tx.db)
    if department not in mine or kind not in KINDS or city is None:
        raise NotFound()
    return Bench(
        department_id=department,
        department_name=await tx.db.fetchval("SELECT name FROM departments WHERE id = $1", department),
        kind=kind,
        roles=mine[department],
        versions=await versions_of(tx, department, kind),
        city=city.wordings[kind],
    )


CHANGED = _("刚才有人改过这份文字，请看最新的，再决定怎么改。")


def _same(bench: Bench, revision: int) -> None:
    if bench.revision != revision:
        raise Conflict(CHANGED, next_step=bench.address, next_say=_("看最新的"))


def _may(bench: Bench, roles: frozenset[str]) -> None:
    if not bench.roles & roles:
        raise NotAllowed(_("这一步不由您来办。"), next_step="/desk/documents", next_say=_("返回"))


async def save(tx: Tx, bench: Bench, revision: int, title: str, body: str) -> None:
    """A draft; what was checked becomes one again. Unfinished words may be saved, only not checked."""
    _may(bench, WRITES)
    _same(bench, revision)
    if problems := [
        p for p in wrong_with(KINDS[bench.kind], title, body) if not title or not body or p.field == "title"
    ]:
        raise Invalid(*problems)
    body = "\n".join(line.rstrip() for line in body.splitlines()).strip()
    if bench.draft:
        await tx.db.execute(
            """UPDATE document_wordings SET state = 'draft', checked_by = NULL, title = $2, body = $3, revision = revision + 1,
                      authors = ARRAY(SELECT DISTINCT unnest(authors || $4::uuid)), changed_at = $5 WHERE id = $1""",
            bench.draft.id, title, body, tx.viewer.id, tx.now,
        )  # fmt: skip
        return
    await tx.db.execute(
        """INSERT INTO document_wordings (department_id, kind, version, title, body, authors, changed_at)
           VALUES ($1, $2, $3, $4, $5, ARRAY[$6::uuid], $7)""",
        bench.department_id, bench.kind, max((one.version for one in bench.versions), default=0) + 1, title, body, tx.viewer.id, tx.now,
    )  # fmt: skip


async def check(tx: Tx, bench: Bench, revision: int) -> None:
    """By somebody who did not write in it. Invalid with everything that is wrong."""
    _may(bench, CHECKS)
    _same(bench, revision)
    draft = _in_work(bench, "draft")
    if tx.viewer.id in draft.authors:
        raise NotAllowed(_("您写过这份文字，要请另一个人核对。"), next_step="/desk/documents", next_say=_("返回"))
    if problems := wrong_with(KINDS[bench.kind], draft.title, draft.body):
        raise Invalid(*problems)
    await tx.db.execute(
        "UPDATE document_wordings SET state = 'checked', checked_by = $2, revision = revision + 1, changed_at = $3 WHERE id = $1",
        draft.id,
        tx.viewer.id,
        tx.now,
    )


async def publish(tx: Tx, bench: Bench, revision: int) -> None:
    """From now on documents are made of these words; those before keep theirs."""
    _may(bench, WRITES | CHECKS)
    _same(bench, revision)
    draft = _in_work(bench, "checked")
    await tx.db.execute(
        "UPDATE document_wordings SET state = 'replaced' WHERE (department_id, kind, state) = ($1, $2, 'published')",
        bench.department_id,
        bench.kind,
    )
    await tx.db.execute(
        "UPDATE document_wordings SET state = 'published', published_at = $2, revision = revision + 1 WHERE id = $1",
        draft.id,
        tx.now,
    )


def _in_work(bench: Bench, state: str) -> OfficeWording:
    if bench.draft is None or bench.draft.state != state:
        raise Conflict(CHANGED, next_step=bench.address, next_say=_("看最新的"))
    return bench.draft
