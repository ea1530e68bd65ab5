"""Texts of foreign tables made fit to be shown. Pure."""

import re


def tidy(text: str) -> str:
    return re.sub(r"[ \u3000]+", " ", text).strip()


def printable(text: str | None) -> str:
    """Texts of several lines, without control characters."""
    if not text or text.isprintable():
        return (text or "").strip()
    return "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or c.isprintable()).strip()


def web_address(text: str | None) -> str:
    return text if text and text.startswith(("http://", "https://")) else ""
