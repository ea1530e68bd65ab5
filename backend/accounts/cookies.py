"""The cookies of this site: bound to the host, and hidden from scripts where they open anything. Pure."""

from backend.core.web import COOKIE

YEAR = 31_536_000


def session_cookie(token: str) -> str:
    """Gone when the browser closes: telephones are handed round."""
    return set_cookie(COOKIE, token)


def set_cookie(name: str, value: str, *, seconds: int | None = None) -> str:
    age = f"; Max-Age={seconds}" if seconds is not None else ""
    return f"{name}={value}; Path=/{age}; Secure; HttpOnly; SameSite=Lax"


def preference(name: str, value: str) -> str:
    """How pages look: no secret."""
    return f"{name}={value}; Path=/; Max-Age={YEAR}; SameSite=Lax"
