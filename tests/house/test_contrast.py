"""Every pair of colours that meets on a page is computed from css/tokens.css and css/looks.css: standard and elder, light, dark
and high contrast, as the phone has it or as somebody chose."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "pwa" / "css"
CSS, LOOKS = ((FOLDER / name).read_text() for name in ("tokens.css", "looks.css"))

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


def block(selector: str, css: str = LOOKS) -> dict[str, str]:
    """The colours of the first rule with exactly this selector."""
    return colours(re.search(rf"(?m)^ *{re.escape(selector)} \{{(.*?)\}}", css, re.S)[1])


def themes() -> dict[tuple[str, str], dict[str, str]]:
    """Colours by (version, scheme), as the cascade leaves them."""
    light, dark, contrast = block(":root", CSS), block("  :root", CSS), block("[data-theme=contrast][data-mode]")
    elder, elder_dark = block("[data-mode=elder]"), block("  [data-mode=elder]")
    return {
        ("standard", "light"): light,
        ("standard", "dark"): light | dark,
        ("standard", "contrast"): light | contrast,
        ("elder", "light"): light | elder,
        ("elder", "dark"): light | dark | elder | elder_dark,
        ("elder", "contrast"): light | elder | contrast,
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
        if (ratio := contrast(tokens[ink], tokens[ground]))
        < (standard if theme[0] == "standard" and theme[1] != "contrast" else elder)
    }
    assert not weak, weak


def test_what_somebody_chose_is_what_a_phone_would_have_shown():
    phone = {name: themes()[name] for name in themes()}
    for scheme in ("light", "dark"):
        chosen = block(f"[data-theme={scheme}]")
        assert phone["standard", scheme] == chosen
        assert phone["elder", scheme] == chosen | block(f"[data-mode=elder][data-theme={scheme}]")
    assert set(block("[data-theme=contrast][data-mode]")) == set(phone["standard", "light"])


def test_every_colour_token_is_in_a_checked_pair_or_only_a_hairline():
    checked = {name for ink, ground, *_ in PAIRS for name in (ink, ground)}
    assert set(themes()["standard", "light"]) - checked == {"line"}
