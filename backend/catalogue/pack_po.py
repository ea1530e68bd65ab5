"""A pack's texts in other languages: `i18n/<language>.po` beside its YAML, gettext catalogues as every tool reads them.

A msgid is the Chinese text, its places are its references. Where the Chinese at a place changed, what was said there is
kept as a proposal (`fuzzy`, with the Chinese it was made of) and is not shown before somebody read it again.
"""

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from backend.catalogue.pack_texts import Raw, Text, texts_of

FOLDER = "i18n"


def catalogues_in(folder: Path) -> dict[str, Path]:
    """Language → its file."""
    return {path.stem.replace("_", "-"): path for path in sorted((folder / FOLDER).glob("*.po"))}


def translations_in(folder: Path) -> dict[str, dict[str, str]]:
    """Language → Chinese → text, of what is translated and was read since the Chinese changed. ValueError: not a catalogue."""
    return {language: _said(read(path)) for language, path in catalogues_in(folder).items()}


def _said(catalogue: Catalog) -> dict[str, str]:
    return {str(one.id): str(one.string) for one in catalogue if one.id and one.string and not one.fuzzy}


def read(path: Path) -> Catalog:
    try:
        return read_po(BytesIO(path.read_bytes()), abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from None


def brought_up_to_date(raw: Raw, stored: Catalog) -> Catalog:
    """The catalogue of exactly this pack's texts, with what was said before."""
    before = {str(one.id): one for one in stored if one.id}
    at_place = {place: one for one in before.values() for place, _line in one.locations if one.string}
    fresh = Catalog(charset="utf-8")
    for chinese, places in _by_text(texts_of(raw)).items():
        kept = before.get(chinese)
        if kept is None or not kept.string:
            kept = next((_proposed(at_place[place]) for place in places if place in at_place), kept)
        _add(fresh, chinese, places, kept)
    return fresh


def _by_text(texts: Iterable[Text]) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for text in texts:
        places.setdefault(text.chinese, []).append(text.place.replace(" ", "_"))
    return places


def _proposed(old: Message) -> Message:
    return Message(old.id, old.string, flags={"fuzzy"}, previous_id=[str(old.id)])


def _add(catalogue: Catalog, chinese: str, places: list[str], kept: Message | None) -> None:
    catalogue.add(
        chinese,
        kept.string if kept else "",
        [(place, 0) for place in places[:3]],
        flags=kept.flags - {"python-format"} if kept else (),
        previous_id=kept.previous_id if kept else (),
    )
    catalogue[chinese].flags.discard("python-format")  # a text holds no parameters; its per cent signs are its own


def as_text(language: str, catalogue: Catalog) -> str:
    """In the order of the pack's files, without dates: a changed text changes its own lines only."""
    body = BytesIO()
    write_po(
        body, catalogue, width=0, omit_header=True, include_previous=True, ignore_obsolete=True, include_lineno=False
    )
    head = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    return head + body.getvalue().decode()


def catalogues_of(raw: Raw) -> Iterable[tuple[Path, str]]:
    """The files of a pack's languages, for whoever writes it down."""
    for language, said in raw.get(FOLDER, {}).items():
        stored = Catalog()
        for chinese, text in said.items():
            stored.add(chinese, text)
        yield Path(FOLDER) / f"{language.replace('-', '_')}.po", as_text(language, brought_up_to_date(raw, stored))


def update(folder: Path, raw: Raw, language: str) -> Catalog:
    """Writes the language's catalogue of this pack anew and gives it back."""
    path = folder / FOLDER / f"{language.replace('-', '_')}.po"
    fresh = brought_up_to_date(raw, read(path) if path.exists() else Catalog())
    path.parent.mkdir(exist_ok=True)
    path.write_text(as_text(language, fresh), "utf-8")
    return fresh
