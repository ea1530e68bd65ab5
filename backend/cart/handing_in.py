"""What one form hands in, whichever way it came: in the form itself, or sent ahead in pieces (docs/files.md).

Three steps, because pressing takes a while and nothing of hers is locked meanwhile: what is given (in a transaction),
what can be kept of it (in none), what is kept (in another).
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from litestar.datastructures import UploadFile
from obstore.store import ObjectStore

from backend.cart.forms import id_in
from backend.core.db import Tx
from backend.core.errors import Invalid, Problem
from backend.core.files import Pressed, keep, press
from backend.core.web import Form
from backend.files.actions import become_file, give_up, whole
from backend.files.model import Sent
from backend.files.queries import sent


class Given(msgspec.Struct, frozen=True):
    uploads: list[UploadFile]
    sent: list[Sent]

    def __len__(self) -> int:
        return len(self.uploads) + len(self.sent)


class Handed(msgspec.Struct, frozen=True):
    """`pressed`: None for what has become a file before, or cannot become one."""

    pressed: Pressed | None
    upload: UUID | None = None
    file: UUID | None = None


async def given_in(tx: Tx, form: Form) -> Given:
    """NotFound for an upload that is not hers, Invalid for one that is not all here."""
    return Given(form.files("file"), await sent(tx, [id_in(text) for text in form.all("upload")]))


async def pressed_of(given: Given, store: ObjectStore, name: str) -> tuple[list[Handed], tuple[Problem, ...]]:
    """What can be kept, and why the rest cannot; problems belong to the material of this name."""
    handed: list[Handed] = []
    problems: list[Problem] = []
    for upload in given.uploads:
        pressed, said = await _pressed(upload.read, upload.filename, name)
        handed += [Handed(pressed)] if pressed else []
        problems += said
    for one in given.sent:
        if one.upload.file_id:
            handed.append(Handed(None, one.upload.id, one.upload.file_id))
            continue
        pressed, said = await _pressed(lambda one=one: whole(store, one), one.upload.name, name)  # type: ignore[misc]
        handed.append(Handed(pressed, one.upload.id))
        problems += said
    return handed, tuple(problems)


async def _pressed(
    read: Callable[[], Awaitable[bytes]], filename: str, name: str
) -> tuple[Pressed | None, list[Problem]]:
    try:
        return await press(await read(), filename), []
    except Invalid as refusal:
        return None, [Problem(p.say, name, p.params) for p in refusal.problems]


async def kept_of(tx: Tx, store: ObjectStore, handed: list[Handed]) -> list[UUID]:
    """The files, in order. An upload that cannot be kept is forgotten: it would be no better the second time."""
    files = []
    for one in handed:
        if one.upload is None and one.pressed:
            files.append(await keep(tx, store, one.pressed))
        elif one.upload and one.pressed:
            files.append(await become_file(tx, store, one.upload, one.pressed))
        elif one.upload and one.file is None:
            await give_up(tx, one.upload)
        elif one.file:
            files.append(one.file)
    return files
