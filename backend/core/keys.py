"""The secrets an installation makes for itself, once: files under DATA/secrets that nobody else may read.

Only where DATA is this installation's own lasting folder. Elsewhere they come as files from the operator: a key made
on the fly in a container would be lost with it, and with the key everything sealed under it.
"""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def create_missing(data: Path) -> None:
    """`master.key`: 64 hexadecimal digits. `vapid.pem`: the P-256 key that signs Web Push messages, PKCS 8."""
    folder = data / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _keep(folder / "master.key", secrets.token_hex(32).encode())
    if not (folder / "vapid.pem").exists():
        key = ec.generate_private_key(ec.SECP256R1())
        _keep(folder / "vapid.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


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
