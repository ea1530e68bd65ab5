"""The platform's signature in a document (PAdES B-B): it proves that the file was made here and not changed since.

It is called 平台签名 and is never a legal e-seal: that is the national system's to give (Order 716 art. 9). An office that has
one puts its own `Signer` here; everything else stays. Only this module knows pyhanko.
"""

import io
from datetime import datetime
from typing import Protocol

import msgspec
from asn1crypto import keys, pem, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

FIELD = "PlatformSignature"
NAME = "随手办平台签名"
RESERVED = 8192  # hexadecimal digits for the signature: a P-256 one with its certificate takes half of them


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
        store = SimpleCertificateStore()
        store.register(self.certificate)
        said = PdfSignatureMetadata(
            field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, name=NAME
        )
        signing = _AsOf(said, SimpleSigner(self.certificate, self._key, store))
        signing.at = at
        writer = IncrementalPdfFileWriter(io.BytesIO(paper))
        return bytes(signing.sign_pdf(writer, bytes_reserved=RESERVED).getvalue())


def check(paper: bytes, certificate: x509.Certificate | None = None) -> Checked:
    """Of a file that was made here: what others made is not read. Without a certificate only whether it was changed."""
    found = PdfFileReader(io.BytesIO(paper)).embedded_signatures
    if len(found) != 1:
        return Checked(intact=False, ours=False)
    trusted = [certificate or found[0].signer_cert]
    status = validate_pdf_signature(
        found[0], ValidationContext(trust_roots=trusted, moment=found[0].self_reported_timestamp)
    )
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    return Checked(intact=status.intact and status.valid and whole, ours=certificate is not None and status.trusted)


class _AsOf(PdfSigner):
    """Its time is told, not looked up."""

    at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self.at
        return session


def _read(text: str) -> tuple[keys.PrivateKeyInfo, x509.Certificate]:
    found = {kind: der for kind, _, der in pem.unarmor(text.encode(), multiple=True)}
    if not {"PRIVATE KEY", "CERTIFICATE"} <= found.keys():
        raise Unsignable()
    return keys.PrivateKeyInfo.load(found["PRIVATE KEY"]), x509.Certificate.load(found["CERTIFICATE"])
