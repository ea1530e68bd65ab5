"""A code for where there is no network: a few words of a certificate, signed by the platform, that its holder carries along. Pure.

It says what held when it was made. It cannot be read once only and cannot be taken back, so it lives no longer than its holder says, a day at most, and whoever
reads it is told what it does not prove: that the person in front of them is the one named. Whether the certificate still holds is asked of the city then.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from backend.core.i18n import _
from backend.core.keyring import Keyring

HOURS = {1: _("1 小时"), 8: _("8 小时"), 24: _("24 小时")}
LONGEST = 4000  # characters of a code
AHEAD = timedelta(minutes=5)  # a clock may be off by
KIND = "carried-1"  # so that nothing else the platform signs is taken for one

REFUSED: dict[str, str] = {
    "forged": _("签名不对：不是本平台签的，或者被改动过。请不要认。"),
    "expired": _("这个码过时了：对方选的时间已经过了。请让对方再做一个，或者当面联网亮证。"),
    "unknown": _("签名虽对，但查不到这份证照，请不要认。"),
}


class Statement(msgspec.Struct, frozen=True, array_like=True):
    """What is signed, as short as it can be, for a coarse code is read from far and by old phones. `digest`: SHA-256 of the certificate's own
    words; `fields`: element and words, as few as the purpose needs; `begun` and `ends`: seconds."""

    kind: str
    digest: bytes
    type: str
    issuer: str
    purpose: str
    fields: list[tuple[str, str]]
    begun: int
    ends: int

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.begun, UTC)

    @property
    def until(self) -> datetime:
        return datetime.fromtimestamp(self.ends, UTC)


def written(keyring: Keyring, statement: Statement) -> str:
    """As it stands in the QR: key, words, signature."""
    words = msgspec.json.encode(statement)
    signed = keyring.sign(words)
    return ".".join((signed.key_id, _text(words), _text(signed.signature)))


def read(keyring: Keyring, text: str, now: datetime) -> Statement | Literal["forged", "expired"]:
    key, words, signature = _parts(text)
    if not words or not keyring.verifies(key, words, signature):
        return "forged"
    try:
        said = msgspec.json.decode(words, type=Statement)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return "forged"
    if said.kind != KIND or said.begun > (now + AHEAD).timestamp():
        return "forged"
    return "expired" if now.timestamp() >= said.ends else said


def _parts(text: str) -> tuple[str, bytes, bytes]:
    parts: Sequence[str] = text.strip().rpartition("#")[2].split(".")
    if len(text) > LONGEST or len(parts) != 3:
        return "", b"", b""
    return parts[0], _raw(parts[1]), _raw(parts[2])


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
