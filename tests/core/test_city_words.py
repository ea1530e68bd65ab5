"""The city's texts in another language: whole, put together, or marked as what they are; and where on a page that is done."""

from pathlib import Path

import pytest
from jinja2 import DictLoader

from backend.core import city_words
from backend.core.assets import Assets
from backend.core.city_words import city_word, in_traditional, know, marked
from backend.core.render import Pages, saying

ENGLISH = {
    "护理补贴": "Care allowance", "身份证": "Identity card", "申请人": "applicant", "户口簿": "Household register", "岁": "years old", "年龄": "Age",
    "户籍所在地": "Place of household registration", "海口市": "Haikou City", "婚姻状况": "Marital status", "离异": "Divorced", "丧偶": "Widowed",
    "工作日 8:30 至 12:00，14:30 至 17:30": "Working days 8:30 to 12:00 and 14:30 to 17:30", "A01 号窗口": "Counter A01",
}  # fmt: skip
PAGE = """<title>{% block title %}{{ item }}{% endblock %}</title><a href="/items/{{ item }}" title="{{ item }}" class="{{ item }}">{{ item }}</a>
<input value="{{ item }}" placeholder="{{ item }}"><textarea>{{ item }}</textarea><select><option value="{{ item }}">{{ item }}</option></select>
<p id="told">{{ _("最晚 %(day)s", day=item) }}</p><p id="list">{{ [item, name]|join("、") }}</p><p id="both">{{ item ~ "：" ~ name }}</p>
<p id="set">{% set kept %}{{ item }}{% endset %}<img alt="{{ kept }}"></p>"""


@pytest.fixture(autouse=True)
def city(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(city_words, "_known", {})
    know({"en": ENGLISH, "zh-Hant": in_traditional(ENGLISH)})


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("护理补贴", "Care allowance"),
        (" 护理补贴 ", "Care allowance"),
        ("身份证（申请人）", "Identity card (applicant)"),
        ("身份证、户口簿", "Identity card, Household register"),
        (
            "A01 号窗口 · 工作日 8:30 至 12:00，14:30 至 17:30",
            "Counter A01 · Working days 8:30 to 12:00 and 14:30 to 17:30",
        ),
        ("80–89 岁", "80–89 years old"),
        ("年龄不少于 80 岁", "Age: at least 80 years old"),
        ("户籍所在地在海口市", "Place of household registration: Haikou City"),
        ("户籍所在地不在海口市", "Place of household registration: not Haikou City"),
        ("婚姻状况是“离异”或“丧偶”", "Marital status: “Divorced” or “Widowed”"),
    ],
)
def test_a_text_is_said_in_english_whole_or_by_its_parts(chinese, english):
    assert city_word(chinese, "en") == english


@pytest.mark.parametrize("text", ["张三", "张三的身份证", "身份证、驾照", "", "Care", "护理补贴" * 600])
def test_what_is_not_wholly_known_stays_as_it_is(text):
    assert city_word(text, "en") == text


def test_traditional_characters_keep_the_punctuation():
    assert city_word("身份证（申请人）", "zh-Hant") == "身份證（申請人）"
    assert city_word("护理补贴", "zh-Hans") == "护理补贴"


def test_what_is_left_in_chinese_is_marked_and_nothing_of_it_is_markup():
    assert marked("<b>张三</b>", "en") == '&lt;b&gt;<span lang="zh-Hans">张三</span>&lt;/b&gt;'
    assert marked("For 张三, tomorrow", "en") == 'For <span lang="zh-Hans">张三</span>, tomorrow'
    assert marked("陈龙", "zh-Hant") == '<span lang="zh-Hans">陈龙</span>'
    assert marked("王大文", "zh-Hant") == "王大文"
    assert marked("张三", "zh-Hans") == "张三"


@pytest.fixture
def pages() -> Pages:
    pages = Pages(Assets(), demo=False)
    pages._env.loader = DictLoader({"page.html": PAGE, "letter.txt": "{{ item }}, {{ name }}"})
    return pages


def test_a_page_says_it_where_people_read_and_leaves_it_where_machines_do(pages):
    said = pages.render("page.html", {"item": "护理补贴", "name": "张三"}, lang="en")
    assert "<title>Care allowance</title>" in said
    assert '<a href="/items/护理补贴" title="Care allowance" class="护理补贴">Care allowance</a>' in said
    assert '<input value="护理补贴" placeholder="Care allowance"><textarea>护理补贴</textarea>' in said
    assert '<option value="护理补贴">Care allowance</option>' in said
    assert '<p id="told">By Care allowance</p>' in said
    assert '<p id="list">Care allowance and <span lang="zh-Hans">张三</span></p>' in said
    assert '<p id="both">Care allowance：<span lang="zh-Hans">张三</span></p>' in said
    assert '<img alt="Care allowance">' in said


def test_a_chinese_page_is_the_very_page_it_was(pages):
    said = pages.render("page.html", {"item": "护理补贴", "name": "张三"}, lang="zh-Hans")
    assert "<span" not in said
    assert "护理补贴、张三" in said


def test_a_letter_has_no_marks(pages):
    assert pages.render("letter.txt", {"item": "护理补贴", "name": "张三"}, lang="en") == "Care allowance, 张三"


def test_what_is_put_into_a_sentence_is_said_in_its_language():
    class Told:
        say, params = "最晚 %(day)s", {"day": "护理补贴"}

    with saying("en") as said:
        assert said(Told) == "By Care allowance"


RUSSIAN = r"""msgid ""
msgstr ""
"Language: ru\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"
"Content-Type: text/plain; charset=utf-8\n"

msgid "购物车"
msgstr "Корзина"

msgid "%(num)s 个工作日"
msgid_plural "%(num)s 个工作日"
msgstr[0] "%(num)s рабочий день"
msgstr[1] "%(num)s рабочих дня"
msgstr[2] "%(num)s рабочих дней"
"""


def test_a_fourth_language_is_a_folder_dropped_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from datetime import UTC, date, datetime

    from backend.core import catalogues
    from backend.core.i18n import translate, wanted
    from backend.core.render import date_zh, money, time_zh

    monkeypatch.setattr(catalogues, "LANGUAGES", dict(catalogues.LANGUAGES))
    monkeypatch.setattr("backend.core.i18n.LANGUAGES", catalogues.LANGUAGES)
    folder = tmp_path / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "suishouban.po").write_text(RUSSIAN, "utf-8")
    (folder / "city.po").write_text(
        'msgid ""\nmsgstr "Language: ru\\n"\n\nmsgid "护理补贴"\nmsgstr "Пособие по уходу"\n', "utf-8"
    )
    city_words.speak(tmp_path)
    assert [*catalogues.LANGUAGES] == ["zh-Hans", "zh-Hant", "en", "ru"]
    assert catalogues.own_name("ru") == "русский"
    assert wanted(None, "ru-RU,ru;q=0.9") == "ru"
    days = [translate("ru", "%(num)s 个工作日", {"num": num}) for num in (1, 3, 5, 21)]
    assert days == ["1 рабочий день", "3 рабочих дня", "5 рабочих дней", "21 рабочий день"]
    assert city_word("护理补贴", "ru") == "Пособие по уходу"
    with saying("ru", date(2026, 1, 1)):
        assert "ноя" in date_zh(date(2026, 11, 22))
        assert "09:05" in time_zh(datetime(2026, 10, 21, 1, 5, tzinfo=UTC))
        assert money(1250) == "12.50 CNY"
