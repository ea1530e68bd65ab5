"""Mandates as JSON."""

from uuid import UUID

import msgspec
from litestar import Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.catalogue.queries import city
from backend.core.db import Tx
from backend.core.errors import Conflict
from backend.core.i18n import _
from backend.core.idempotency import fingerprint, once
from backend.core.web import PERSON, IdempotencyKey
from backend.mandates import api_wards
from backend.mandates.actions import consent_text, giving, grant, revoke
from backend.mandates.consent import hash_of
from backend.mandates.model import USUAL_DAYS, Grant, Mandate, MandateEvent
from backend.mandates.queries import journal_of, mandate_of, mandates_of
from backend.mandates.themes import EVERYTHING, Matters, Theme, chosen, themes_of

CHANGED = _("授权书的内容和您看过的不一样了，所以没有授权。请再看一遍。")


class MandateTold(msgspec.Struct, frozen=True):
    """One mandate with its journal, the newest line first."""

    mandate: Mandate
    journal: list[MandateEvent]


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom, for what, how many days from today. Neither `themes` nor `items`: everything an agent may do at all."""

    agent_name: str
    agent_phone: str
    themes: list[str] = []
    items: list[str] = []
    days: int = USUAL_DAYS


class Agreed(Wish, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same, with the hash of the words that were shown to the principal."""

    text_hash: str


class Words(msgspec.Struct, frozen=True):
    """The very words, in Chinese, that the principal is to agree to; a theme stands in them as the items it has today."""

    words: str
    text_hash: str
    items: list[str] | None


@get("/api/v1/mandates", opt=PERSON, tags=["mandates"])
async def list_mandates(tx: NamedDependency[Tx]) -> list[Mandate]:
    """The mandates the caller has given and those she holds."""
    return await mandates_of(tx)


@get("/api/v1/mandates/themes", opt=PERSON, tags=["mandates"])
async def list_themes(tx: NamedDependency[Tx]) -> list[Theme]:
    """What may be chosen as a whole: each theme with code and name of what an agent may do of it today."""
    return themes_of(await city(tx.db))


@get("/api/v1/mandates/{mandate:uuid}", opt=PERSON, tags=["mandates"])
async def read_mandate(tx: NamedDependency[Tx], mandate: FromPath[UUID]) -> MandateTold:
    return MandateTold(await mandate_of(tx, mandate), await journal_of(tx, mandate))


@post("/api/v1/mandates/words", opt=PERSON, tags=["mandates"], status_code=200)
async def word_mandate(tx: NamedDependency[Tx], data: JSONBody[Wish]) -> Words:
    """What has to be shown before `POST /api/v1/mandates`. Nothing is given."""
    await giving(tx)
    matters = await _matters(tx, data)
    words = _words(tx, data, matters)
    return Words(words, hash_of(words).hex(), matters.items)


@post("/api/v1/mandates", opt=PERSON, tags=["mandates"], status_code=201)
async def give_mandate(
    tx: NamedDependency[Tx], data: JSONBody[Agreed], idempotency_key: IdempotencyKey = ""
) -> Response[Mandate]:
    """The principal gives it, having read the words of this hash. 409: they would be others today; 422: every problem at once."""

    async def make() -> UUID:
        await giving(tx)
        matters = await _matters(tx, data)
        if hash_of(_words(tx, data, matters)).hex() != data.text_hash:
            raise Conflict(CHANGED, next_step="/mandates/new", next_say=_("再看一遍"))
        asked = Grant(agent_name=data.agent_name, agent_phone=data.agent_phone, items=matters.items, days=data.days)
        return await grant(tx, asked, matters.words)

    sent = {"principal": tx.viewer.principal_id, **msgspec.to_builtins(data)}
    outcome, replayed = await once(tx, "mandates", idempotency_key, fingerprint(sent), make)
    mandate = await mandate_of(tx, msgspec.convert(outcome, UUID))
    headers = {"Location": f"/api/v1/mandates/{mandate.id}", "Idempotency-Replayed": str(replayed).lower()}
    return Response(mandate, status_code=201, headers=headers)


@delete("/api/v1/mandates/{mandate:uuid}", opt=PERSON, tags=["mandates"])
async def end_mandate(tx: NamedDependency[Tx], mandate: FromPath[UUID]) -> None:
    """Ends a mandate at once: revoked by its principal, laid down by its agent."""
    await revoke(tx, mandate)


async def _matters(tx: Tx, wish: Wish) -> Matters:
    return chosen(await city(tx.db), wish.themes, wish.items) if wish.themes or wish.items else EVERYTHING


def _words(tx: Tx, wish: Wish, matters: Matters) -> str:
    return consent_text(tx.viewer.principal_name, wish.agent_name, _days(wish), matters.words, tx.today)


def _days(wish: Wish) -> int:
    """Within what a calendar holds: a longer one is refused with a sentence by `grant`."""
    return min(max(wish.days, 0), 100_000)


ROUTES = [list_mandates, list_themes, read_mandate, word_mandate, give_mandate, end_mandate, *api_wards.ROUTES]
