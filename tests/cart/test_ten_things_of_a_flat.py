"""Buying a second-hand flat is ten filings. In one cart it is less than half the questions and the materials."""

from tests.bench.baskets import BASKETS, judged, put_in

SALE = BASKETS["买二手房"]


def test_the_ten_filings_are_about_five_parties():
    _lines, parties = put_in(SALE)
    assert sorted(party.kind for party in parties.values()) == ["bank_account", "deal", "flat", "person", "person"]


def test_at_most_45_percent_of_the_questions_and_40_percent_of_the_materials():
    saved = judged(SALE).saved
    assert len(SALE) == 10
    assert saved.questions[0] <= 0.45 * saved.questions[1]
    assert saved.materials[0] <= 0.40 * saved.materials[1]
