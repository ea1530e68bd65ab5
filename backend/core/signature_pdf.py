"""A signature inside a PDF, by pyhanko: see `signature.py`, which says what it is worth."""

import io
from datetime import datetime

from asn1crypto import keys, x509
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
RESERVED = 8192  # hexadecimal digits for the signature: a P-256 one with its certificate takes half of them


def signed(paper: bytes, key: keys.PrivateKeyInfo, certificate: x509.Certificate, name: str, at: datetime) -> bytes:
    store = SimpleCertificateStore()
    store.register(certificate)
    said = PdfSignatureMetadata(field_name=FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, name=name)
    signing = _AsOf(said, SimpleSigner(certificate, key, store))
    signing.at = at
    writer = IncrementalPdfFileWriter(io.BytesIO(paper))
    return bytes(signing.sign_pdf(writer, bytes_reserved=RESERVED).getvalue())


def judged(paper: bytes, certificate: x509.Certificate | None) -> tuple[bool, bool]:
    """(not a byte was changed or added since, signed with the key of this certificate); both False where nothing is signed once."""
    found = PdfFileReader(io.BytesIO(paper)).embedded_signatures
    if len(found) != 1:
        return False, False
    trusted = [certificate or found[0].signer_cert]
    status = validate_pdf_signature(
        found[0], ValidationContext(trust_roots=trusted, moment=found[0].self_reported_timestamp)
    )
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    return status.intact and status.valid and whole, status.trusted


class _AsOf(PdfSigner):
    """Its time is told, not looked up."""

    at: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self.at
        return session
