"""Photos as a phone takes them."""

import io
import secrets

from PIL import Image


def photo(width: int, height: int) -> bytes:
    """A JPEG of noise: no two are the same, and none compresses."""
    small = Image.frombytes("RGB", (width // 4, height // 4), secrets.token_bytes(width // 4 * (height // 4) * 3))
    out = io.BytesIO()
    small.resize((width, height)).save(out, "JPEG", quality=90)
    return out.getvalue()
