"""Every pair of colours that meets on a page is computed from css/tokens.css: standard and elder, light and dark."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "pwa" / "css" / "tokens.css").read_text()

# (what is written, on what, smallest ratio in the standard version, in the elder one)
READING = [
    ("text", ground, 7.0, 7.0) for ground in ("page", "card", "sea-soft", "leaf-soft", "amber-soft", "coral-soft")
]
QUIET = [("quiet", ground, 4.5, 7.0) for ground in ("page", "card", "sea-soft")]
TONES = [
    (tone, ground, 4.5, 7.0)
    for tone in ("sea", "leaf", "amber", "coral")
    for ground in ("card", "page", f"{tone}-soft")
]
BUTTONS = [
    ("on-sea", "sea", 4.5, 7.0),
    ("on-sea", "sea-press", 4.5, 7.0),
    ("on-coral", "coral", 4.5, 7.0),
    ("page", "text", 7.0, 7.0),
]
SHAPES = [("edge", ground, 3.0, 4.5) for ground in ("card", "page")]
PAIRS = READING + QUIET + TONES + BUTTONS + SHAPES


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def themes() -> dict[tuple[str, str], dict[str, str]]:
    """Colours by (version, light or dark), as the cascade leaves them."""
    root, dark = re.findall(r":root \{(.*?)\n *\}", CSS, re.S)
    elder, elder_dark = re.findall(r"\[data-mode=elder\] \{(.*?)\n *\}", CSS, re.S)
    light, night = colours(root), colours(root) | colours(dark)
    return {
        ("standard", "light"): light,
        ("standard", "dark"): night,
        ("elder", "light"): light | colours(elder),
        ("elder", "dark"): night | colours(elder) | colours(elder_dark),
    }


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance of #rrggbb."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def test_the_computation_knows_black_on_white():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", themes(), ids="-".join)
def test_every_word_can_be_read_on_its_ground(theme: tuple[str, str]):
    tokens = themes()[theme]
    weak = {
        f"{ink} on {ground}": round(ratio, 2)
        for ink, ground, standard, elder in PAIRS
        if (ratio := contrast(tokens[ink], tokens[ground])) < (elder if theme[0] == "elder" else standard)
    }
    assert not weak, weak


def test_every_colour_token_is_in_a_checked_pair_or_only_a_hairline():
    checked = {name for ink, ground, *_ in PAIRS for name in (ink, ground)}
    assert set(themes()["standard", "light"]) - checked == {"line"}
