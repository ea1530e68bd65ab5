"""How pages look to a person: which version, how large its words are, which colours. Chosen before signing in, it is kept by a
cookie; chosen by somebody signed in, by her account, on whatever device she opens next. Pure."""

import msgspec

MODES = ("standard", "elder")
SIZES = ("18", "22", "26", "30")  # pixels of plain text in the elder version; the standard one follows the device
THEMES = ("auto", "light", "dark", "contrast")


class Looks(msgspec.Struct, frozen=True):
    mode: str = "standard"
    size: str = "22"
    theme: str = "auto"

    def __str__(self) -> str:
        """As the cookie and the account keep it: `elder.26.dark`."""
        return f"{self.mode}.{self.size}.{self.theme}"


def read_looks(kept: str | None) -> Looks:
    """Whatever is not known there is as usual: old cookies say `elder` and no more."""
    usual = Looks()
    mode, size, theme = [*(kept or "").split("."), "", ""][:3]
    return chosen(usual, mode, size, theme)


def chosen(before: Looks, mode: str = "", size: str = "", theme: str = "") -> Looks:
    """What was chosen now, and for the rest what held before."""
    return Looks(
        mode if mode in MODES else before.mode,
        size if size in SIZES else before.size,
        theme if theme in THEMES else before.theme,
    )
