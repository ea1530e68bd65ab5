"""What is said in Chinese can be read in English and in Traditional Chinese, in full.

Red after a new sentence: `make messages`, then write its English in i18n/en/LC_MESSAGES/suishouban.po.
"""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import Environment, nodes

from i18n import messages

PWA = Path(__file__).parents[2] / "pwa"
TEMPLATES = sorted(
    path
    for path in [*PWA.rglob("*.html"), *(PWA / "mail").glob("*.txt")]
    if not {"node_modules", "dist"} & set(path.relative_to(PWA).parts)
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
OWN_NAMES = {"简体", "繁體"}  # a language is called by its own name in all of them


@pytest.fixture(scope="module")
def sentences() -> Catalog:
    return messages.extracted()


@pytest.fixture(scope="module", params=["en", "zh_Hant"])
def language(request: pytest.FixtureRequest) -> str:
    return request.param


def said(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def key(message: Message) -> str:
    return forms(message.id)[0]


def test_hundreds_of_sentences_are_found(sentences: Catalog):
    assert len(sentences) > 700


def test_every_sentence_is_translated(sentences: Catalog, language: str):
    known = messages.read(language)
    untold = [key(m) for m in said(sentences) if not (k := known.get(key(m))) or not all(forms(k.string))]
    assert not untold, "make messages"


def test_a_translation_keeps_what_is_put_in(language: str):
    for message in [m for m in said(messages.read(language)) if all(forms(m.string))]:
        wanted = set(PLACEHOLDER.findall(key(message)))
        *others, last = forms(message.string)
        assert set(PLACEHOLDER.findall(last)) == wanted, key(message)
        # "1 day" may say "one day"; nothing else may be left out
        assert all(wanted - {"num"} <= set(PLACEHOLDER.findall(other)) <= wanted for other in others), key(message)
        assert not re.search(r"%(?!\(\w+\)[sd])", "".join(forms(message.string))), key(message)


def test_a_number_that_decides_the_wording_has_all_forms(language: str):
    catalogue = messages.read(language)
    for message in said(catalogue):
        if message.pluralizable:
            assert len(message.string) == catalogue.num_plurals, key(message)
        assert message.pluralizable or "num" not in PLACEHOLDER.findall(key(message)), key(message)


def test_chinese_sentences_have_chinese_punctuation(sentences: Catalog):
    plain = [PLACEHOLDER.sub("", key(message)) for message in said(sentences)]
    assert not [text for text in plain if CHINESE.search(text) and re.search(r"[,;:!?()]|\.$|\.\.", text)]


def test_english_is_english():
    """Chinese only as an example of what to type, in quotation marks; no full-width punctuation."""
    for message in said(messages.read("en")):
        for text in forms(message.string):
            assert not CHINESE.search(re.sub(r"“[^”]*”", "", text)), text
            assert not re.search(r"[，。：；！？（）、「」【】]", text), text


def test_traditional_chinese_is_what_the_conversion_makes_of_it(sentences: Catalog):
    known = messages.read("zh_Hant")
    wrong = {
        key(m): forms(k.string)[0]
        for m in said(sentences)
        if (k := known.get(key(m))) and forms(k.string)[0] != messages.traditional(key(m))
    }
    assert not wrong, "make messages"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(PWA).as_posix())
def test_no_sentence_of_a_template_is_left_unmarked(path: Path):
    tree = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"]).parse(path.read_text())
    assert not {text for text in _unmarked(tree) if CHINESE.search(text)} - OWN_NAMES


def _unmarked(node: nodes.Node) -> list[str]:
    """Text and string constants outside `_()` and `ngettext()`, without the examples of components."""
    if isinstance(node, nodes.Macro) and node.name == "examples":
        return []
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in ("_", "ngettext"):
        return []
    if isinstance(node, nodes.TemplateData):
        return [node.data.strip()]
    if isinstance(node, nodes.Const):
        return [node.value] if isinstance(node.value, str) else []
    return [text for child in node.iter_child_nodes() for text in _unmarked(child)]
