"""A device that holds passkeys, in software: ES256, no attestation. What it signs is real, and it can be told to misbehave."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, RECOGNISED, NEW_KEY = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def data(said: str) -> bytes:
    return urlsafe_b64decode(said + "=" * (-len(said) % 4))


class Authenticator:
    """One key. `recognises` its owner or not; `count` rises with each signature unless it is set back."""

    def __init__(self, origin: str, host: str) -> None:
        self.origin, self.host, self.recognises, self.count = origin, host, True, 0
        self.id, self.key, self.user = secrets.token_bytes(32), ec.generate_private_key(ec.SECP256R1()), b""

    def create(self, options: dict[str, Any]) -> str:
        """What the browser sends after `navigator.credentials.create`."""
        self.user = data(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        about = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        attestation = {"fmt": "none", "attStmt": {}, "authData": self._data(NEW_KEY) + about}
        said = self._client("webauthn.create", options["challenge"])
        return self._credential(clientDataJSON=text(said), attestationObject=text(cbor2.dumps(attestation)))

    def get(self, options: dict[str, Any]) -> str:
        """What the browser sends after `navigator.credentials.get`."""
        seen, said = self._data(0), self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(seen + sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._credential(
            clientDataJSON=text(said),
            authenticatorData=text(seen),
            signature=text(signature),
            userHandle=text(self.user),
        )

    def _data(self, more: int) -> bytes:
        self.count += 1
        flags = PRESENT | more | (RECOGNISED if self.recognises else 0)
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _credential(self, **response: str) -> str:
        known = {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "clientExtensionResults": {}}
        return json.dumps({**known, "response": response})
