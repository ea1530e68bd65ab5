"""Does the lexicon hold together? What is odd in it finds nothing, or finds everything."""

from collections import Counter
from collections.abc import Iterator

from backend.catalogue.lexicon_model import Lexicon
from backend.catalogue.pack_read import Fault
from backend.catalogue.search_speech import LONGEST_WORD, plain

LONGEST_QUESTION = 40
LONGEST_LEAD = 40  # the whole name of an item may be one


def lexicon_faults(lexicon: Lexicon) -> Iterator[Fault]:
    for number, group in enumerate(lexicon.synonyms, 1):
        yield from _group(f"lexicon.yaml: synonyms 第 {number} 组", group)
    for said, meant in lexicon.means.items():
        where = f"lexicon.yaml: means.{said}"
        yield from (*_words(where, (said,)), *_words(where, meant))
        if not meant or said in meant:
            yield Fault(where, "要写它指的是什么，不要写它自己")
    for said, meant in lexicon.together.items():
        where = f"lexicon.yaml: together.{said}"
        yield from (*_words(where, tuple(said.replace("|", " ").split())), *_words(where, meant))
        if len(said.split()) < 2 or not meant:
            yield Fault(where, "要写两个以上的词，用空格隔开，再写它们合起来指什么")
    yield from _asked(lexicon)
    for name, action in lexicon.actions.items():
        where = f"lexicon.yaml: actions.{name}"
        yield from (*_words(where, action.said), *_words(where, action.named))
        if not action.said or not action.named:
            yield Fault(where, "said（人们怎么说）和 named（事项名称里怎么写）都要有")
    yield from _words("lexicon.yaml: narrow", lexicon.narrow)
    yield from _words("lexicon.yaml: aside", lexicon.aside)
    yield from _words("lexicon.yaml: common", lexicon.common)
    yield from _words("lexicon.yaml: elsewhere", lexicon.elsewhere)
    yield from _at_once(lexicon)


def _asked(lexicon: Lexicon) -> Iterator[Fault]:
    for leads, sentences in lexicon.asked.items():
        where = f"lexicon.yaml: asked.{leads}"
        yield from _words(where, tuple(leads.split()), LONGEST_LEAD)
        yield from _sentences(where, sentences)
    yield from _sentences("lexicon.yaml: beyond", lexicon.beyond)
    every = [*lexicon.beyond, *(one for sentences in lexicon.asked.values() for one in sentences)]
    for sentence, times in Counter(every).items():
        if times > 1:
            yield Fault("lexicon.yaml: asked", f"“{sentence}”写了 {times} 次，只有一处算数", warning=True)


def _sentences(where: str, sentences: tuple[str, ...]) -> Iterator[Fault]:
    for sentence in sentences:
        if plain(sentence) != sentence or not 2 < len(sentence) <= LONGEST_QUESTION:
            yield Fault(where, f"“{sentence}”要写简体、小写、半角，三到 {LONGEST_QUESTION} 个字")


def _group(where: str, group: tuple[str, ...]) -> Iterator[Fault]:
    yield from _words(where, group)
    if len(set(group)) < 2:
        yield Fault(where, "一组至少要有两个不同的词")


def _words(where: str, words: tuple[str, ...], longest: int = LONGEST_WORD) -> Iterator[Fault]:
    for word, times in Counter(words).items():
        if not word or plain(word) != word or not any(c.isalnum() for c in word):
            yield Fault(where, f"“{word}”不能搜到：要写简体、小写、半角的词")
        if len(word) > longest:
            yield Fault(where, f"“{word}”太长了，最多 {longest} 个字")
        if times > 1:
            yield Fault(where, f"“{word}”写了 {times} 次", warning=True)


def _at_once(lexicon: Lexicon) -> Iterator[Fault]:
    """A word that says nothing cannot mean something as well; what is wanted done is one thing."""
    means = {word for group in lexicon.synonyms for word in group} | lexicon.means.keys()
    for word in sorted(means.intersection(lexicon.common)):
        yield Fault("lexicon.yaml: common", f"“{word}”又说没有意思，又写了意思")
    for word in sorted(means.intersection(lexicon.elsewhere)):
        yield Fault("lexicon.yaml: elsewhere", f"“{word}”又说这里不办，又写了意思")
    said = Counter(word for action in lexicon.actions.values() for word in set(action.said))
    for word, times in said.items():
        if times > 1:
            yield Fault("lexicon.yaml: actions", f"“{word}”在 {times} 种办法里，人们说它时不知道要哪一种")
