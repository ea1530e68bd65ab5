"""The tokens of pwa/css as the gallery at /_components shows them: colours with their contrast, sizes, gaps, icons. Pure but for the reading."""

import re
from pathlib import Path

import msgspec

from backend.core.assets import Assets

PWA = Path(__file__).resolve().parents[2] / "pwa"
THEMES = ("standard light", "standard dark", "elder light", "elder dark", "contrast")
GROUNDS = {"on-sea": "sea", "on-coral": "coral"}  # what is not written on a card
SURFACES = ("page", "card", "line")


class Swatch(msgspec.Struct, frozen=True):
    """One colour in one theme: `ratio` to what it is written on, None for a ground."""

    theme: str
    colour: str
    ground: str
    ratio: float | None


class Design(msgspec.Struct, frozen=True):
    colours: dict[str, list[Swatch]]
    sizes: dict[str, str]
    gaps: dict[str, str]
    icons: list[str]


def read_design(assets: Assets) -> Design:
    tokens, looks = ((PWA / "css" / name).read_text("utf-8") for name in ("tokens.css", "looks.css"))
    shown = themes(tokens, looks)
    names = [name for name in shown["standard light"] if not name.endswith("soft")]
    return Design(
        colours={name: [_swatch(theme, name, shown[theme]) for theme in THEMES] for name in names},
        sizes=dict(re.findall(r"--(f-[a-z]+): ([^;]+);", tokens)),
        gaps=dict(re.findall(r"--(s\d|gutter|round|round-s|target): ([^;]+);", tokens)),
        icons=sorted([*(PWA / "icons" / "names.txt").read_text("utf-8").split(), *assets.rare_icons]),
    )


def _swatch(theme: str, name: str, colours: dict[str, str]) -> Swatch:
    ground = colours[GROUNDS.get(name, "card")]
    ratio = None if name in SURFACES or name.endswith("press") else round(contrast(colours[name], ground), 1)
    return Swatch(theme, colours[name], ground, ratio)


def block(selector: str, css: str) -> dict[str, str]:
    """The colours of the first rule with exactly this selector."""
    found = re.search(rf"(?m)^ *{re.escape(selector)} \{{(.*?)\}}", css, re.S)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", found[1] if found else ""))


def themes(tokens: str, looks: str) -> dict[str, dict[str, str]]:
    """Colours by theme, as the cascade leaves them."""
    light, dark = block(":root", tokens), block("  :root", tokens)
    elder, elder_dark = block("[data-mode=elder]", looks), block("  [data-mode=elder]", looks)
    return {
        "standard light": light,
        "standard dark": light | dark,
        "elder light": light | elder,
        "elder dark": light | dark | elder | elder_dark,
        "contrast": light | block("[data-theme=contrast][data-mode]", looks),
    }


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance of #rrggbb."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)
