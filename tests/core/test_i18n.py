"""One sentence in three languages; numbers, dates and money as each of them says them."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo

from backend.core import catalogues as stored
from backend.core.clock import Span
from backend.core.errors import Problem
from backend.core.i18n import _, _n, translate, wanted
from backend.core.render import date_zh, days_zh, money, saying, time_zh
from i18n import messages


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The stored catalogues as `make assets` compiles them."""
    for language in ("en", "zh_Hant"):
        compiled = BytesIO()
        write_mo(compiled, messages.read(language))
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "suishouban.po").touch()
        (folder / "suishouban.mo").write_bytes(compiled.getvalue())
    monkeypatch.setattr(stored, "LANGUAGES", {"zh-Hans": None} | stored.found_in(tmp_path))
    stored.translations.cache_clear()
    yield
    stored.translations.cache_clear()


@pytest.mark.parametrize(
    ("language", "said"), [("zh-Hans", "购物车"), ("zh-Hant", "購物車"), ("en", "Basket"), ("fr", "购物车")]
)
def test_a_sentence_is_said_in_the_readers_language(catalogues, language, said):
    assert translate(language, _("购物车")) == said


@pytest.mark.parametrize(("num", "said"), [(1, "1 working day"), (2, "2 working days"), (0, "0 working days")])
def test_english_knows_one_from_many(catalogues, num, said):
    assert translate("en", _n("%(num)s 个工作日"), {"num": num}) == said
    assert translate("zh-Hans", _n("%(num)s 个工作日"), {"num": num}) == f"{num} 个工作日"


def test_a_sentence_within_a_sentence_is_said_in_the_same_language(catalogues):
    inner = Problem(_n("%(num)s 个工作日"), params={"num": 1})
    outer = Problem(_("到今天用了 %(term)s。"), params={"term": inner})
    with saying("en") as said:
        assert said(outer) == "Used up to today: 1 working day."
    with saying("zh-Hant") as said:
        assert said(outer) == "到今天用了 1 個工作日。"


def test_a_sentence_nobody_translated_is_said_in_chinese(catalogues):
    assert translate("en", "没有人译过的一句") == "没有人译过的一句"
    assert translate("en", "") == ""


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [
        ("en", "zh-CN", "en"),
        (None, "zh-TW,zh;q=0.9", "zh-Hant"),
        (None, "zh-Hant-HK", "zh-Hant"),
        (None, "zh-CN,en", "zh-Hans"),
        (None, "en-GB,en;q=0.9", "en"),
        (None, "de-DE,de,en;q=0.5", "en"),
        ("xx", "", "zh-Hans"),
        (None, "*", "zh-Hans"),
        (None, "zh-CN;q=0.3,en;q=0.8", "en"),
        (None, "en;q=0,zh-HK;q=0.1", "zh-Hant"),
        (None, "zh-MO;q=0.4, en;q=0.3", "zh-Hant"),
        (None, "en;q=x, zh;q=0.1", "zh-Hans"),
        (None, ",;q=,;;=", "zh-Hans"),
    ],
)
def test_what_she_chose_comes_before_what_the_browser_says(cookie, accept, language):
    assert wanted(cookie, accept) == language


def test_dates_days_times_and_money_are_worded_in_each_language():
    day, at = date(2026, 10, 21), datetime(2026, 10, 21, 1, 5, tzinfo=UTC)
    week, turn = Span(date(2026, 10, 1), date(2026, 10, 7)), Span(date(2026, 9, 30), date(2026, 10, 2))
    with saying("en", date(2026, 1, 1)):
        assert (date_zh(day), date_zh(date(2027, 1, 4))) == ("Wed 21 October", "Mon 4 January 2027")
        assert (days_zh(week), days_zh(turn)) == ("1 to 7 October", "30 September to 2 October")
        assert (time_zh(at), money(1250)) == ("21 October 09:05", "12.50 CNY")
    with saying("zh-Hans", date(2026, 1, 1)):
        assert (date_zh(day), date_zh(date(2027, 1, 4))) == ("10 月 21 日（周三）", "2027 年 1 月 4 日（周一）")
        assert (days_zh(week), days_zh(turn)) == ("10 月 1–7 日", "9 月 30 日–10 月 2 日")
        assert (time_zh(at), money(1250)) == ("10 月 21 日 09:05", "12.50 元")
    with saying("zh-Hant", date(2026, 1, 1)):
        assert date_zh(day) == "10 月 21 日（週三）"
