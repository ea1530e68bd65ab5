"""Traditional characters for Simplified ones, by OpenCC; the words stay as the mainland's law and offices say them.

`s2tw` writes the forms of characters that Taiwan and Hong Kong share. Its sisters that exchange vocabulary (`s2twp`:
资讯 for 信息) would name offices and papers by names they do not have.
"""

from functools import cache

from opencc import OpenCC

from backend.core.catalogues import FOLDER

COMMON = range(0x4E00, 0xA000)


def traditional(text: str) -> str:
    """What the conversion gets wrong is set right in i18n/overrides.tsv."""
    said: str = _converter().convert(text)
    for wrong, right in _overrides():
        said = said.replace(wrong, right)
    return said


@cache
def simplified_only() -> frozenset[str]:
    """Characters that no text in traditional ones has: 务, but not 后, which both write."""
    written = (chr(code) for code in COMMON)
    return frozenset(one for one in written if _converter().convert(one) != one and not _in_big5(one))


def _in_big5(one: str) -> bool:
    try:
        return bool(one.encode("cp950"))
    except UnicodeEncodeError:
        return False


@cache
def _converter() -> OpenCC:
    return OpenCC("s2tw")


@cache
def _overrides() -> tuple[tuple[str, str], ...]:
    """What the conversion writes, and what is right, one pair a line."""
    lines = (FOLDER / "overrides.tsv").read_text("utf-8").splitlines()
    return tuple((wrong, right) for wrong, right in (line.split("\t") for line in lines if line[:1] not in ("", "#")))
