"""How words sound: what lets 失夜金, shiyejin and syj find 失业金. Pure.

How a word of the catalogue is read was looked up when it was published (`search_words`, by pypinyin, which costs 56 MB
a process and so is needed only there). A word that was not looked up is read character by character, as these are read
in the others.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable

MOST_ALIKE = 6
LONGEST = 8  # characters of a misheard word
SHORTEST_INITIALS = 2


class Sounds:
    def __init__(self, read: dict[str, str]) -> None:
        """`read`: word → syllables without tones, by blanks."""
        self._read = read
        self.count: Counter[str] = Counter()
        readings: dict[str, Counter[str]] = defaultdict(Counter)
        for word, sound in sorted(read.items(), key=lambda one: len(one[0]) == 1):
            syllables = sound.split()
            if len(syllables) == len(word):
                for character, syllable in zip(word, syllables, strict=True):
                    readings[character][syllable] += 1
        self._characters = {character: found.most_common(1)[0][0] for character, found in readings.items()}
        self._settled: set[str] = set()
        self._alike: dict[str, list[str]] = defaultdict(list)
        self._initials: dict[str, list[str]] = defaultdict(list)
        self._spelt: dict[str, list[str]] = defaultdict(list)
        self._sorted: list[str] = []

    def hear(self, words: Iterable[str]) -> None:
        """Words of one more item; `settle` before asking for what sounds like them."""
        self.count.update(words)

    def settle(self, words: Iterable[str] = ()) -> None:
        """Makes all that was heard, and these words, findable by sound."""
        for word in {*self.count, *words} - self._settled:
            self._settled.add(word)
            if len(word) > 1 and (sound := self.of(word)):
                self._alike[heard(sound)].append(word)
                self._initials["".join(syllable[0] for syllable in sound)].append(word)
                self._spelt["".join(sound)].append(word)
        self._sorted = sorted(self._spelt)

    def of(self, word: str) -> list[str]:
        """Its syllables, [] if some character was never heard."""
        if word in self._read:
            return self._read[word].split()
        found = [self._characters.get(character, "") for character in word]
        return found if all(found) else []

    def alike(self, word: str) -> list[str]:
        """Words that sound the same, and are not it."""
        sound = self.of(word)
        return [one for one in self._best(self._alike.get(heard(sound), [])) if one != word] if sound else []

    def initials(self, letters: str) -> list[str]:
        return self._best(self._initials.get(letters, [])) if len(letters) >= SHORTEST_INITIALS else []

    def spelt(self, letters: str) -> list[list[str]]:
        """`shenfenzhengdiule` → [[身份证], [丢了]]: the longest words first, the last one may still be incomplete."""
        parts: list[list[str]] = []
        while letters:
            length = next((n for n in range(len(letters), 1, -1) if letters[:n] in self._spelt), 0)
            if not length:
                begun = self._begun(letters)
                return [*parts, begun] if begun else ([] if len(letters) > 2 else parts)
            parts.append(self._best(self._spelt[letters[:length]]))
            letters = letters[length:]
        return parts

    def _begun(self, letters: str) -> list[str]:
        if len(letters) < 3:
            return []
        at = bisect_left(self._sorted, letters)
        near = [one for one in self._sorted[at : at + 30] if one.startswith(letters)]
        return self._best([word for one in near for word in self._spelt[one]])

    def _best(self, words: list[str]) -> list[str]:
        return sorted(words, key=lambda word: (-self.count[word], word))[:MOST_ALIKE]


def heard(sound: Iterable[str]) -> str:
    """What many people cannot tell apart is one: zh/z, ch/c, sh/s, n/l at the front, ng/n at the end."""
    return " ".join(_dull(syllable) for syllable in sound)


def _dull(syllable: str) -> str:
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    return syllable[:-1] if syllable.endswith("ng") else syllable
