"""Every pair of colours that meets on a page is computed from css/tokens.css and css/looks.css: standard and elder, light, dark
and high contrast, as the phone has it or as somebody chose."""

from pathlib import Path

import pytest

from backend.home.design import block, contrast
from backend.home.design import themes as cascade

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


def themes() -> dict[tuple[str, str], dict[str, str]]:
    """Colours by (version, scheme), as the cascade leaves them."""
    shown = cascade(CSS, LOOKS)
    high = shown.pop("contrast")
    found = {tuple(name.split()): colours for name, colours in shown.items()}
    return found | {("standard", "contrast"): high, ("elder", "contrast"): high}


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
        chosen = block(f"[data-theme={scheme}]", LOOKS)
        assert phone["standard", scheme] == chosen
        assert phone["elder", scheme] == chosen | block(f"[data-mode=elder][data-theme={scheme}]", LOOKS)
    assert set(block("[data-theme=contrast][data-mode]", LOOKS)) == set(phone["standard", "light"])


def test_every_colour_token_is_in_a_checked_pair_or_only_a_hairline():
    checked = {name for ink, ground, *_ in PAIRS for name in (ink, ground)}
    assert set(themes()["standard", "light"]) - checked == {"line"}
