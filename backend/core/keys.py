"""The secrets an installation makes for itself, once: files under DATA/secrets that nobody else may read.

Only where DATA is this installation's own lasting folder. Elsewhere they come as files from the operator: a key made
on the fly in a container would be lost with it, and with the key everything sealed under it.
"""

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

LASTS = timedelta(days=3653)  # of the certificate documents are signed with


def create_missing(data: Path) -> None:
    """`master.key`: 64 hexadecimal digits. `vapid.pem`: the P-256 key that signs Web Push messages, PKCS 8. `signing.pem`: the
    P-256 key that signs documents, PKCS 8, and its certificate."""
    folder = data / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _keep(folder / "master.key", secrets.token_hex(32).encode())
    if not (folder / "vapid.pem").exists():
        key = ec.generate_private_key(ec.SECP256R1())
        _keep(folder / "vapid.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    if not (folder / "signing.pem").exists():
        _keep(folder / "signing.pem", signing_key(datetime.now(UTC)))


def signing_key(now: datetime) -> bytes:
    """A new key for documents with a certificate it signs itself: it says that this platform made the file, and nothing more."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "随手办平台签名（非法定电子印章）")])
    signs = dict.fromkeys(
        ("data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only", "key_encipherment"), False
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **signs), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


def _keep(path: Path, content: bytes) -> None:
    """Write the file whole and on disk before its name appears; a file that is there is never touched."""
    if path.exists():
        return
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
