"""What a guardian agrees to for her ward, as JSON."""

from uuid import UUID

from litestar import Request, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.accounts.consent_told import CHANGED, Agreement, Consents, told
from backend.core.db import Tx
from backend.core.errors import Conflict
from backend.core.i18n import _
from backend.core.web import PERSON, language_of
from backend.mandates.wards import FOR_A_WARD, agree_for, ward_of, wards_consents, withdraw_for


@get("/api/v1/mandates/{mandate:uuid}/consents", opt=PERSON, tags=["consents"])
async def read_wards(request: Request, tx: NamedDependency[Tx], mandate: FromPath[UUID]) -> Consents:
    """Of the ward of this guardianship: what may be agreed to for her, and what was. 404 for every other mandate."""
    given = await wards_consents(tx, await ward_of(tx, mandate))
    return told(list(FOR_A_WARD), given, language_of(request))


@put("/api/v1/mandates/{mandate:uuid}/consents/{name:str}", opt=PERSON, tags=["consents"], status_code=204)
async def give_for_ward(
    tx: NamedDependency[Tx], mandate: FromPath[UUID], name: FromPath[str], data: JSONBody[Agreement]
) -> None:
    """The guardian agrees to the words of this hash. 403: the ward is fourteen; 409: those are not the words of today."""
    if not await agree_for(tx, await ward_of(tx, mandate), name, data.text_hash):
        raise Conflict(CHANGED, next_step=f"/mandates/{mandate}/consents", next_say=_("看说明"))


@delete("/api/v1/mandates/{mandate:uuid}/consents/{name:str}", opt=PERSON, tags=["consents"])
async def take_back_for_ward(tx: NamedDependency[Tx], mandate: FromPath[UUID], name: FromPath[str]) -> None:
    """What she gave herself; another guardian's stands."""
    await withdraw_for(tx, await ward_of(tx, mandate), name)


ROUTES = [read_wards, give_for_ward, take_back_for_ward]
