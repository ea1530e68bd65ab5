"""The link in a letter that stops letters of its kind: it names a notice and proves that we wrote it, nothing else."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from uuid import UUID

from backend.core.crypto import Vault
from backend.core.db import Tx
from backend.core.errors import NotFound
from backend.notifications.matters import ALWAYS, USUAL
from backend.notifications.model import Matter

PROOF = 16  # bytes


def stop_path(vault: Vault, notice: UUID) -> str:
    token = urlsafe_b64encode(notice.bytes + _proof(vault, notice)).rstrip(b"=").decode()
    return f"/notices/stop/{token}"


def notice_of(vault: Vault, token: str) -> UUID:
    """NotFound for a token we did not make."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"==")
    except (Error, ValueError) as error:
        raise NotFound() from error
    if len(raw) != 16 + PROOF or not hmac.compare_digest(_proof(vault, UUID(bytes=raw[:16])), raw[16:]):
        raise NotFound()
    return UUID(bytes=raw[:16])


async def matter_of_letter(tx: Tx, notice: UUID) -> Matter:
    """NotFound when it is gone, or of what cannot be switched off."""
    found = await tx.db.fetchval("SELECT mailed_matter($1)", notice)
    if found is None or Matter(found) in ALWAYS:
        raise NotFound()
    return Matter(found)


async def stop_letters(tx: Tx, notice: UUID) -> None:
    """No more e-mail of this matter to whoever got this notice; whatever else she chose holds. Again: changes nothing."""
    if not await tx.db.fetchval("SELECT stop_mails($1, $2)", notice, list(USUAL)):
        raise NotFound()


def _proof(vault: Vault, notice: UUID) -> bytes:
    return vault.blind(str(notice), "stop letters")[:PROOF]
