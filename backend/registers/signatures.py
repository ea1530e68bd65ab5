"""HTTP messages signed as RFC 9421 says, with the few components that registers and we agree on. Pure.

A request is signed over method, address, type and digest of its body, with its time and a nonce of its own; an answer
over status and digest, with the nonce of the request: an answer to another question, or an old one, is none to this.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

WINDOW = 300  # seconds a clock may be off
OF_REQUEST = ("@method", "@target-uri", "content-type", "content-digest")
OF_ANSWER = ("@status", "content-type", "content-digest")
PARAMETERS = re.compile(
    r'sig=\((?P<parts>(?:"[a-z@-]+" ?)+)\);created=(?P<created>\d{1,12});nonce="(?P<nonce>[\w+/=-]{8,100})"'
    r';keyid="(?P<key_id>[\x20\x21\x23-\x5b\x5d-\x7e]{1,100})";alg="(?P<algorithm>hmac-sha256|ed25519)"'
)
SIGNATURE = re.compile(r"sig=:(?P<signature>[\w+/=]{1,200}):")


class BadKey(ValueError):
    """A key that is none."""


class Key(msgspec.Struct, frozen=True):
    """`algorithm` hmac-sha256: a secret both sides have. ed25519: 32 bytes, private where we sign and public where we verify."""

    algorithm: str
    raw: bytes

    def sign(self, base: bytes) -> bytes:
        if self.algorithm == "hmac-sha256":
            return hmac.new(self.raw, base, hashlib.sha256).digest()
        return Ed25519PrivateKey.from_private_bytes(self.raw).sign(base)

    def verifies(self, signature: bytes, base: bytes) -> bool:
        if self.algorithm == "hmac-sha256":
            return hmac.compare_digest(hmac.new(self.raw, base, hashlib.sha256).digest(), signature)
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, base)
        except (InvalidSignature, ValueError):
            return False
        return True


def read_key(text: str) -> Key:
    """`hmac-sha256:<base64>` of at least 32 bytes, or `ed25519:<base64>` of exactly 32; BadKey otherwise."""
    algorithm, _colon, encoded = text.partition(":")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise BadKey("not base64") from None
    if algorithm not in ("hmac-sha256", "ed25519") or (len(raw) != 32 if algorithm == "ed25519" else len(raw) < 32):
        raise BadKey("neither hmac-sha256 with 32 bytes or more nor ed25519 with 32")
    return Key(algorithm, raw)


class Stamp(msgspec.Struct, frozen=True):
    """What a signature says of itself."""

    created: int
    nonce: str
    key_id: str


def digest_of(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signed_request(method: str, uri: str, body: bytes, stamp: Stamp, key: Key) -> dict[str, str]:
    """The headers of a signed JSON request."""
    return _signed({"@method": method, "@target-uri": uri}, OF_REQUEST, body, stamp, key)


def signed_answer(status: int, body: bytes, stamp: Stamp, key: Key) -> dict[str, str]:
    return _signed({"@status": str(status)}, OF_ANSWER, body, stamp, key)


def verified_request(
    method: str, uri: str, headers: Mapping[str, str], body: bytes, key: Key, now: datetime
) -> Stamp | None:
    """Who says to have signed just this, about now; None when it is not so. `headers`: names in lower case."""
    return _verified({"@method": method, "@target-uri": uri}, OF_REQUEST, headers, body, key, now)


def verified_answer(status: int, headers: Mapping[str, str], body: bytes, key: Key, nonce: str, now: datetime) -> bool:
    """Whether the register signed just this in answer to the request with this nonce."""
    stamp = _verified({"@status": str(status)}, OF_ANSWER, headers, body, key, now)
    return stamp is not None and hmac.compare_digest(stamp.nonce.encode(), nonce.encode())


def claimed(headers: Mapping[str, str]) -> Stamp | None:
    """What a signature says of itself, not verified: whose key to look up."""
    found = PARAMETERS.fullmatch(headers.get("signature-input", ""))
    return Stamp(int(found["created"]), found["nonce"], found["key_id"]) if found else None


def _signed(derived: dict[str, str], parts: tuple[str, ...], body: bytes, stamp: Stamp, key: Key) -> dict[str, str]:
    said = {"content-type": "application/json", "content-digest": digest_of(body)}
    parameters = _parameters(parts, stamp, key.algorithm)
    signature = base64.b64encode(key.sign(_base(parts, derived | said, parameters))).decode()
    return {**said, "signature-input": f"sig={parameters}", "signature": f"sig=:{signature}:"}


def _verified(
    derived: dict[str, str], parts: tuple[str, ...], headers: Mapping[str, str], body: bytes, key: Key, now: datetime
) -> Stamp | None:
    found = PARAMETERS.fullmatch(headers.get("signature-input", ""))
    given = SIGNATURE.fullmatch(headers.get("signature", ""))
    said = {name: headers.get(name, "") for name in ("content-type", "content-digest")}
    if not found or not given or found["algorithm"] != key.algorithm or said["content-digest"] != digest_of(body):
        return None
    stamp = Stamp(int(found["created"]), found["nonce"], found["key_id"])
    if abs(stamp.created - now.timestamp()) > WINDOW or found["parts"] != _listed(parts):
        return None
    try:
        signature = base64.b64decode(given["signature"], validate=True)
    except (binascii.Error, ValueError):
        return None
    base = _base(parts, derived | said, _parameters(parts, stamp, key.algorithm))
    return stamp if key.verifies(signature, base) else None


def _parameters(parts: tuple[str, ...], stamp: Stamp, algorithm: str) -> str:
    return f'({_listed(parts)});created={stamp.created};nonce="{stamp.nonce}";keyid="{stamp.key_id}";alg="{algorithm}"'


def _listed(parts: tuple[str, ...]) -> str:
    return " ".join(f'"{part}"' for part in parts)


def _base(parts: tuple[str, ...], values: Mapping[str, str], parameters: str) -> bytes:
    """The signature base of RFC 9421, 2.5."""
    lines = [f'"{part}": {values[part].strip()}' for part in parts]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode()
