"""A language nobody speaks, made of the English: accents, brackets, and 40 % longer. What does not fit in it will not fit in
Russian; what stands on a page without brackets was never marked for translation."""

import re
from itertools import cycle
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from backend.catalogue.pack_po import translations_in
from backend.catalogue.pack_read import STARTER
from i18n import messages

TAG = "qps"
LONGER = 0.4
HELD = re.compile(r"(%\(\w+\)[sd]|%%|\{[^{}]*\}|\n)")
ACCENTS = str.maketrans("aceinouyACEINOUY", "áçéíñóúýÁÇÉÍÑÓÚÝ")
FILLING = "lorem ipsum dolor sit amet consectetur elit"


def pseudo(text: str) -> str:
    """`[!!! Cáré állówáñçé lorem !!!]`; what is filled in stays as it is."""
    parts = [part if HELD.fullmatch(part) else part.translate(ACCENTS) for part in HELD.split(text)]
    return f"[!!! {''.join(parts)} {_filling(int(len(text) * LONGER))} !!!]"


def _filling(letters: int) -> str:
    said, words = "", cycle(FILLING.split())
    while len(said) < letters:
        said += " " + next(words)
    return said.strip()


def written(folder: Path) -> Path:
    """The catalogues of this language, as a deployment would drop them in (`LANGUAGES_FOLDER`)."""
    into = folder / TAG / "LC_MESSAGES"
    into.mkdir(parents=True)
    head = f'msgid ""\nmsgstr ""\n"Language: {TAG}\\n"\n"Plural-Forms: {messages.PLURALS["en"]}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    sentences = Catalog(charset="utf-8")
    for one in messages.read("en"):
        if one.id:
            said = pseudo(one.string) if isinstance(one.string, str) else tuple(map(pseudo, one.string))
            sentences.add(one.id, said)
    city = Catalog(charset="utf-8")
    for chinese, english in translations_in(STARTER)["en"].items():
        city.add(chinese, pseudo(english))
    for name, catalogue in (("suishouban", sentences), ("city", city)):
        with (into / f"{name}.po").open("wb") as out:
            out.write(head.encode())
            write_po(out, catalogue, omit_header=True, width=0)
    return folder
