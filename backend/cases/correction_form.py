"""The form that answers a correction notice, as the page and the API both read it."""

from litestar import Request

from backend.cases.correction import Photos, Typed
from backend.core.web import read_form


async def typed_and_photos(request: Request) -> tuple[Typed, Photos]:
    form = await read_form(request)
    typed = {name: form.all(name) for name, _ in form.fields}
    photos = {name: [(await file.read(), file.filename) for file in form.files(name)] for name, _ in form.uploads}
    return typed, photos
