"""The form that answers a correction notice, as the page and the API both read it."""

from litestar import Request

from backend.cases.correction import Photos, Typed
from backend.core.errors import Invalid, Problem
from backend.core.files import Pressed, press
from backend.core.web import read_form


async def typed_and_photos(request: Request) -> tuple[Typed, Photos]:
    """Photos are checked here, before any transaction: that takes a while, and nothing of hers is locked meanwhile."""
    form = await read_form(request)
    kept: dict[str, list[Pressed]] = {}
    problems: list[Problem] = []
    for field, upload in form.uploads:
        if upload.filename:
            try:
                kept.setdefault(field, []).append(await press(await upload.read(), upload.filename))
            except Invalid as refusal:
                problems += [Problem(p.say, field, p.params) for p in refusal.problems]
    return {name: form.all(name) for name, _ in form.fields}, Photos(kept, tuple(problems))
