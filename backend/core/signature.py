"""The platform's signature in a document (PAdES B-B): it proves that the file was made here and not changed since.

It is called 平台签名 and is never a legal e-seal: that is the national system's to give (Order 716 art. 9). An office that has
one puts its own `Signer` here; everything else stays. Only `signature_pdf.py` knows pyhanko, and is imported when there is something
to sign or to check: 17 MB that most processes never need.
"""

from datetime import datetime
from typing import Protocol

import msgspec
from asn1crypto import keys, pem, x509

NAME = "随手办平台签名"


class Signer(Protocol):
    def sign(self, paper: bytes, at: datetime) -> bytes:
        """The same document with a signature as of `at`. Called in a thread: it counts for a twentieth of a second."""


class Unsignable(Exception):
    """There is no key to sign with."""


class Checked(msgspec.Struct, frozen=True):
    """`intact`: not a byte was changed or added since; `ours`: signed with this platform's key."""

    intact: bool
    ours: bool


class PlatformSigner:
    """Signs with a private key and its certificate, both in one PEM text (`DATA/secrets/signing.pem`)."""

    def __init__(self, text: str | None) -> None:
        if not text:
            raise Unsignable()
        self._key, self.certificate = _read(text)

    def sign(self, paper: bytes, at: datetime) -> bytes:
        from backend.core.signature_pdf import signed

        return signed(paper, self._key, self.certificate, NAME, at)


def check(paper: bytes, certificate: x509.Certificate | None = None) -> Checked:
    """Of a file that was made here: what others made is not read. Without a certificate only whether it was changed."""
    from backend.core.signature_pdf import judged

    intact, trusted = judged(paper, certificate)
    return Checked(intact=intact, ours=certificate is not None and trusted)


def _read(text: str) -> tuple[keys.PrivateKeyInfo, x509.Certificate]:
    found = {kind: der for kind, _, der in pem.unarmor(text.encode(), multiple=True)}
    if not {"PRIVATE KEY", "CERTIFICATE"} <= found.keys():
        raise Unsignable()
    return keys.PrivateKeyInfo.load(found["PRIVATE KEY"]), x509.Certificate.load(found["CERTIFICATE"])
