"""The key that signs Web Push messages, as browsers want to see it, and the base64url they write keys in."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from backend.settings import Settings


def public_key(pem: str) -> str:
    """`applicationServerKey`: the public half of the private key, an uncompressed point in base64url without padding."""
    point = (
        load_pem_private_key(pem.encode(), None)
        .public_key()
        .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )
    return base64(point)


def base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def keys_fit(p256dh: str, auth: str) -> bool:
    """Whether a browser's keys are an uncompressed point on P-256, and 16 bytes (RFC 8291)."""
    try:
        point, secret = _raw(p256dh), _raw(auth)
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == 65 and len(secret) == 16


def _raw(text: str) -> bytes:
    """ValueError for anything but base64url."""
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def offered(settings: Settings) -> str | None:
    """The public key browsers subscribe with; None where this installation has no push."""
    on = settings.vapid_key and settings.push_allowed != ("none",)
    return public_key(settings.vapid_key or "") if on else None
