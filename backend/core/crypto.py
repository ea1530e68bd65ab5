"""Sealing personal data: AES-256-GCM under one data key per person, wrapped by a master key.

Deleting a person's wrapped key makes everything sealed under it unreadable, also in backups. A sealed value carries
where it belongs (`about`, e.g. "answer:<cart>:<subject>:<element>") as associated data, so that swapping two rows fails.
Equality is looked up by a keyed hash (`blind`), never by decrypting.
"""

import hashlib
import hmac
import secrets
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.core.keyring import keyring_from, read_keyring

NONCE = 12


class Unsealable(Exception):
    """The bytes were altered, moved to another place, or the key is gone."""


class DataKey:
    """One person's key, unwrapped for the length of a request."""

    def __init__(self, raw: bytes) -> None:
        self._aes = AESGCM(raw)
        self._derived = hashlib.sha256(b"derived" + raw).digest()

    def seal(self, plain: bytes, about: str) -> bytes:
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._aes.encrypt(nonce, plain, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """The clear bytes, or Unsealable."""
        try:
            return self._aes.decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
        except InvalidTag as error:
            raise Unsealable(about.split(":")[0]) from error

    def seal_value(self, value: Any, about: str) -> bytes:
        return self.seal(msgspec.json.encode(value), about)

    def open_value(self, sealed: bytes, about: str) -> Any:
        return msgspec.json.decode(self.open(sealed, about))

    def derived(self, purpose: str) -> bytes:
        """32 bytes for one purpose, always the same, that say nothing of this key or of those for other purposes."""
        return hmac.new(self._derived, purpose.encode(), hashlib.sha256).digest()


class Vault:
    """Holds the master key: 64 hexadecimal digits (32 bytes) from a file or the environment.

    `keyring` signs certificates: with keys of its own, else with one that follows from the master key.
    """

    def __init__(self, master: str, certificate_keys: str | None = None) -> None:
        raw = bytes.fromhex(master)
        if len(raw) != 32:
            raise ValueError("The master key must be 64 hexadecimal digits.")
        self._wrap = AESGCM(hashlib.sha256(b"wrap" + raw).digest())
        self._blind = hashlib.sha256(b"blind" + raw).digest()
        self.registers = DataKey(hashlib.sha256(b"registers" + raw).digest())
        self.system = DataKey(hashlib.sha256(b"system" + raw).digest())
        own = hashlib.sha256(b"certificates" + raw).digest()
        self.keyring = read_keyring(certificate_keys) if certificate_keys else keyring_from(own)

    def new_key(self) -> bytes:
        """A fresh data key, wrapped for the accounts table."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._wrap.encrypt(nonce, AESGCM.generate_key(256), b"person")

    def key(self, wrapped: bytes) -> DataKey:
        """The data key in a row of accounts, or Unsealable under another master key."""
        try:
            return DataKey(self._wrap.decrypt(wrapped[:NONCE], wrapped[NONCE:], b"person"))
        except InvalidTag as error:
            raise Unsealable("key") from error

    def blind(self, value: str, purpose: str) -> bytes:
        """A keyed hash for exact look-up; the same value hashes differently for another purpose."""
        return hmac.new(self._blind, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()
