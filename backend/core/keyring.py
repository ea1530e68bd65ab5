"""The keys certificates are signed with: Ed25519, the first one signs, all of them verify.

They come as one PEM text (`CERTIFICATE_KEYS`): first the private key in use, then the public keys of those before it. Without
it the key follows from the master key, so that an installation has one from its first day; `certificates new-key` leaves it behind.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from typing import Any

import msgspec
from asn1crypto import pem
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from backend.settings import Refused

MOST_KEPT = 20_000


class Signed(msgspec.Struct, frozen=True):
    key_id: str
    signature: bytes


class NotKeys(Refused):
    """The text is not one private Ed25519 key and public ones behind it."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"CERTIFICATE_KEYS cannot be used: {why}. `suishouban certificates new-key` prints a right one."
        )


class Keyring:
    def __init__(self, own: Ed25519PrivateKey, earlier: Iterable[Ed25519PublicKey] = ()) -> None:
        self._own = own
        self.key_id = key_id_of(own.public_key())
        self._public = {key_id_of(key): key for key in (own.public_key(), *earlier)}
        self._right: set[tuple[str, bytes, bytes]] = set()

    def sign(self, content: bytes) -> Signed:
        return Signed(self.key_id, self._own.sign(content))

    def verifies(self, key_id: str, content: bytes, signature: bytes) -> bool:
        """False also for a key that is none of ours. What was right once is not computed again in this process."""
        key, asked = self._public.get(key_id), (key_id, hashlib.sha256(content).digest(), signature)
        if asked in self._right:
            return True
        try:
            right = key is not None and key.verify(signature, content) is None
        except InvalidSignature:
            return False
        if len(self._right) >= MOST_KEPT:
            self._right.clear()
        self._right |= {asked} if right else set()
        return right

    def public_keys(self) -> list[dict[str, Any]]:
        """As a JWK Set lists them, the one in use first."""
        return [_jwk(key) | {"kid": kid, "use": "sig", "alg": "EdDSA"} for kid, key in self._public.items()]

    def private_jwk(self) -> dict[str, Any]:
        """Of the key in use, for a library that signs with it. Never to be written down."""
        raw = self._own.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        return _jwk(self._own.public_key()) | {"kid": self.key_id, "d": _text(raw)}

    def renewed(self) -> str:
        """The PEM text of a keyring with a new key that still verifies what all of these signed."""
        new = Ed25519PrivateKey.generate()
        private = new.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = [key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in self._public.values()]
        return b"".join([private, *public]).decode()


def read_keyring(text: str) -> Keyring:
    """Out of PEM; NotKeys."""
    try:
        found = [(kind, der) for kind, _, der in pem.unarmor(text.encode(), multiple=True)]
        private = [load_der_private_key(der, None) for kind, der in found if kind == "PRIVATE KEY"]
        public = [load_der_public_key(der) for kind, der in found if kind == "PUBLIC KEY"]
    except (ValueError, TypeError) as error:
        raise NotKeys("it is no PEM text") from error
    if len(private) != 1 or not isinstance(private[0], Ed25519PrivateKey):
        raise NotKeys("it does not hold exactly one private Ed25519 key")
    earlier = [key for key in public if isinstance(key, Ed25519PublicKey)]
    if len(earlier) != len(public):
        raise NotKeys("it holds a public key that is not Ed25519")
    return Keyring(private[0], earlier)


def keyring_from(seed: bytes) -> Keyring:
    """The key that follows from 32 secret bytes."""
    return Keyring(Ed25519PrivateKey.from_private_bytes(seed))


def key_id_of(key: Ed25519PublicKey) -> str:
    """The JWK thumbprint (RFC 7638)."""
    return _text(hashlib.sha256(msgspec.json.encode(_jwk(key), order="sorted")).digest())


def _jwk(key: Ed25519PublicKey) -> dict[str, Any]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _text(key.public_bytes(Encoding.Raw, PublicFormat.Raw))}


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
