"""Consents as JSON: the same words, the same rows, the same one step back as on the page."""

from litestar import Request, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.accounts.consent_told import CHANGED, Agreement, Consents, told
from backend.accounts.consents import PURPOSES, agree, consents_of, purpose_of, withdraw
from backend.core.db import Tx
from backend.core.errors import Conflict
from backend.core.i18n import _
from backend.core.web import BEFORE_CONSENT, PERSON, language_of

EARLY = PERSON | BEFORE_CONSENT


@get("/api/v1/consents", opt=EARLY, tags=["consents"])
async def read_consents(request: Request, tx: NamedDependency[Tx]) -> Consents:
    """The caller's own, whoever's affairs are on the screen: every purpose with its words, and everything she ever agreed to."""
    return told(list(PURPOSES.values()), await consents_of(tx, tx.viewer.id), language_of(request))


@put("/api/v1/consents/{name:str}", opt=EARLY, tags=["consents"], status_code=204)
async def give(tx: NamedDependency[Tx], name: FromPath[str], data: JSONBody[Agreement]) -> None:
    """Agrees to the words of this hash; again it changes nothing. 409: those are not the words of today."""
    if not await agree(tx, tx.viewer.id, purpose_of(name), data.text_hash):
        raise Conflict(CHANGED, next_step="/me/consents", next_say=_("看说明"))


@delete("/api/v1/consents/{name:str}", opt=EARLY, tags=["consents"])
async def take_back(tx: NamedDependency[Tx], name: FromPath[str]) -> None:
    """Withdraws it, of every version, from now on."""
    await withdraw(tx, tx.viewer.id, purpose_of(name))


ROUTES = [read_consents, give, take_back]
