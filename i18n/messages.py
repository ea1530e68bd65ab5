"""Brings the catalogues up to date with the sentences in the code: `make messages`.

English is written by people in en/LC_MESSAGES/suishouban.po, where a new sentence arrives without its translation; a
house test stays red until it has one. Traditional Chinese is converted, so nobody edits its catalogue: what the
conversion gets wrong is set right in overrides.tsv.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from backend.core.traditional import traditional

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent
KEYWORDS = DEFAULT_KEYWORDS | {"_n": (1, 1)}
PLURALS = {"en": "nplurals=2; plural=(n != 1);", "zh_Hant": "nplurals=1; plural=0;"}
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def extracted() -> Catalog:
    """Every sentence marked in backend/ and pwa/, with the places it stands at."""
    with (FOLDER / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = Catalog(charset="utf-8")
    for name, line, sentence, comments, context in extract_from_dir(
        ROOT, methods, options, KEYWORDS, directory_filter=_holds_sentences
    ):
        found.add(sentence, None, [(name, line)], auto_comments=comments, context=context)
    return found


def _holds_sentences(folder: str) -> bool:
    path = Path(folder).relative_to(ROOT)
    return path.parts[0] in ("backend", "pwa") and path.name not in ("node_modules", "dist", "packs", "__pycache__")


def path_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "suishouban.po"


def read(language: str) -> Catalog:
    """The catalogue as it is stored; empty when it was never written."""
    path = path_of(language)
    stored = (
        path.read_bytes() if path.exists() else HEADER.format(language=language, plurals=PLURALS[language]).encode()
    )
    return read_po(BytesIO(stored), locale=language)


def updated(language: str, sentences: Catalog) -> Catalog:
    """The stored catalogue with exactly these sentences, whatever is translated kept."""
    catalogue = read(language)
    catalogue.update(sentences, no_fuzzy_matching=True)
    if language == "zh_Hant":
        for message in catalogue:
            if message.id:
                message.string = (traditional(message.id[0]),) if message.pluralizable else traditional(message.id)
    return catalogue


def as_text(language: str, catalogue: Catalog) -> str:
    """Sorted, without places or dates: a changed sentence changes its own lines only."""
    body = BytesIO()
    write_po(body, catalogue, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    return HEADER.format(language=language, plurals=PLURALS[language]) + body.getvalue().decode()


def main() -> None:
    sentences = extracted()
    for language in PLURALS:
        text = as_text(language, updated(language, sentences))
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
