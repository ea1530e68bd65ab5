"""What the starter city says in Chinese can be read in English: all that one chooses, is asked, brings and where one goes.

Red after a changed text: `suishouban pack messages`, then write its English in backend/packs/haikou/i18n/en.po.
"""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from backend.catalogue.pack_po import as_text, brought_up_to_date, catalogues_in, translations_in
from backend.catalogue.pack_po import read as read_catalogue
from backend.catalogue.pack_read import STARTER, read_folder
from backend.catalogue.pack_texts import Text, texts_of
from backend.core.city_words import in_traditional
from backend.core.traditional import simplified_only

CHINESE = re.compile(r"[\u4e00-\u9fff]")
NAMES = (".label", ".name", ".title")


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    return list(texts_of(read_folder(STARTER)))


@pytest.fixture(scope="module")
def english() -> Catalog:
    return read_catalogue(catalogues_in(STARTER)["en"])


def said(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_the_catalogue_is_exactly_of_this_packs_texts(english: Catalog):
    fresh = as_text("en", brought_up_to_date(read_folder(STARTER), english))
    assert fresh == catalogues_in(STARTER)["en"].read_text("utf-8"), "suishouban pack messages"


def test_whatever_one_needs_is_said_in_english(texts: list[Text], english: Catalog):
    known = translations_in(STARTER)["en"]
    assert len(texts) > 3000
    assert not [text for text in texts if text.needed and text.chinese not in known]


def test_nothing_waits_to_be_read_again(english: Catalog):
    assert not [message.id for message in english if message.id and message.fuzzy]


def test_english_is_english(english: Catalog):
    for message in said(english):
        assert not CHINESE.search(message.string), message.id
        assert not re.search(r"[，。：；！？（）、「」【】]|  ", message.string), message.string
        assert message.string == message.string.strip(), message.id


def test_a_term_is_called_the_same_wherever_it_names_something(english: Catalog):
    lines = (STARTER / "i18n" / "glossary.tsv").read_text("utf-8").splitlines()
    terms = dict(line.split("\t") for line in lines if line and not line.startswith("#"))
    assert len(terms) > 20
    wrong = [
        (message.id, message.string, word)
        for message in said(english)
        for term, word in terms.items()
        if term in message.id and word not in message.string.lower()
        if any(place.endswith(NAMES) for place, _line in message.locations)
    ]
    assert not wrong


def test_traditional_characters_have_no_simplified_ones_among_them(texts: list[Text]):
    turned = in_traditional({text.chinese for text in texts})
    assert not [said for said in turned.values() if not simplified_only().isdisjoint(said)]
