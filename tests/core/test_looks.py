"""How pages look, as a cookie or an account keeps it."""

from itertools import product

import pytest

from backend.core.looks import MODES, SIZES, THEMES, Looks, chosen, read_looks

ALL = [Looks(*parts) for parts in product(MODES, SIZES, THEMES)]


@pytest.mark.parametrize("looks", ALL, ids=str)
def test_what_is_kept_is_read_again(looks: Looks):
    assert read_looks(str(looks)) == looks


@pytest.mark.parametrize("kept", [None, "", "...", "large.99.pink", "elder\0", "standard.30px.auto<script>"])
def test_what_is_not_known_is_as_usual(kept: str | None):
    assert read_looks(kept).mode == "standard"
    assert read_looks(kept).theme == "auto"


def test_an_old_cookie_says_elder_and_no_more():
    assert read_looks("elder") == Looks("elder", "22", "auto")


def test_who_chooses_one_thing_keeps_the_others():
    before = Looks("elder", "30", "contrast")
    assert chosen(before, theme="dark") == Looks("elder", "30", "dark")
    assert chosen(before, size="31", mode="") == before
