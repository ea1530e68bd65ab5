"""The composition root: which features there are, and how the web process is put together. Nothing clever."""

import logging
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Response
from litestar.config.compression import CompressionConfig
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin

from backend.accounts.consents import PLATFORM
from backend.core import db, live, pwa
from backend.core.assets import Assets
from backend.core.city_words import speak
from backend.core.crypto import Vault
from backend.core.edge import Compression, Edge, add_headers
from backend.core.errors import NotFound, Problem, Refusal, Unavailable
from backend.core.health import HEALTH
from backend.core.i18n import _
from backend.core.refusals import refused
from backend.core.render import Pages
from backend.core.stores import open_store
from backend.core.web import open_tx
from backend.features import gathered
from backend.settings import Settings, load

log = logging.getLogger("suishouban.web")


def create_app(settings: Settings | None = None, clock: db.Clock = db.wall_clock) -> Litestar:
    """The web application. `clock` is the only source of time in requests."""
    return furnish(build(), settings or load(), clock)


def build() -> Litestar:
    """Every route of every feature, and nothing yet of one deployment."""
    return Litestar(
        route_handlers=[*pwa.ROUTES, *HEALTH, *gathered("routes", "ROUTES"), *gathered("api", "ROUTES")],
        dependencies={"tx": Provide(open_tx)},
        middleware=[Edge],
        before_send=[add_headers],
        exception_handlers={Refusal: _refusal, HTTPException: _http_error, Exception: _failure},
        compression_config=CompressionConfig(
            backend="brotli",
            brotli_quality=5,
            gzip_compress_level=5,
            middleware_class=Compression,
            exclude=["/events$", "/static/", "/files/", "/sw.js$"],
        ),
        openapi_config=OpenAPIConfig(
            title="随手办 Suishouban", version="1", path="/api", render_plugins=[JsonRenderPlugin(path="/openapi.json")]
        ),
        lifespan=[_lifespan],
        logging_config=None,
        request_max_body_size=30 * 1024 * 1024,
    )


def furnish(app: Litestar, settings: Settings, clock: db.Clock) -> Litestar:
    """What the routes find in `app.state`; whatever was there before is gone."""
    assets = Assets()
    speak(settings.languages_folder)
    app.state.clear()
    app.state.update(
        {
            "settings": settings,
            "clock": clock,
            "assets": assets,
            "pages": Pages(assets, demo=settings.demo, provider=bool(settings.oidc_issuer)),
            "vault": Vault(settings.master_key or "", settings.certificate_keys),
            "terms": PLATFORM.version,
            "files": open_store(settings),
            "signs": gathered("routes", "SIGNS"),
        }
    )
    return app


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    settings = app.state.settings
    app.state.pool = await db.open_pool(settings.login("web"))
    async with live.running(settings.login("web")) as app.state.live, _running(app, settings):
        yield
    await app.state.pool.close()


@asynccontextmanager
async def _running(app: Litestar, settings: Settings) -> AsyncIterator[None]:
    """Features that listen as long as the process runs (`LIFESPAN` in their routes), entered in order."""
    async with AsyncExitStack() as stack:
        for enter in gathered("routes", "LIFESPAN"):
            await stack.enter_async_context(enter(app, settings))
        yield


def _refusal(request: Request, refusal: Refusal) -> Response[Any]:
    return refused(request, refusal)


def _http_error(request: Request, error: HTTPException) -> Response[Any]:
    """Litestar's own refusals in our words: unknown page, wrong method, unreadable or over-large body."""
    if error.status_code in (404, 405):
        return refused(request, NotFound())
    said = {413: _("文件太大了。请拍小一点，或分几次交。")}.get(
        error.status_code, _("这一页没有完整传到。请返回再交一次。")
    )
    refusal = Refusal(Problem(said), *_fields(error))
    refusal.status = error.status_code
    return refused(request, refusal)


def _fields(error: HTTPException) -> list[Problem]:
    """What msgspec found wrong in a JSON body, field by field."""
    extra = error.extra if isinstance(error.extra, list) else []
    return [Problem(str(e.get("message", "")), str(e.get("key", ""))) for e in extra if isinstance(e, dict)]


def _failure(request: Request, error: Exception) -> Response[Any]:
    """Anything unforeseen: the database gone is 503; a fault of ours is 500, logged without what the person sent."""
    causes = list(_causes(error))
    if refusal := next((c for c in causes if isinstance(c, Refusal)), None):
        return refused(request, refusal)
    if any(db.is_lost(cause) for cause in causes):
        return refused(request, Unavailable())
    for cause in causes:
        log.error(
            "%s %s failed: %s at %s",
            request.method,
            sorted(request.route_handler.paths),
            type(cause).__name__,
            _where(cause),
        )
    refusal = Refusal(_("这里出了错，是我们的问题，不是您的。已经记下来了。请稍后再试，或拨打 12345。"))
    refusal.status = 500
    return refused(request, refusal)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Litestar groups a handler's error with those of closing its transaction."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _causes(one)
    else:
        yield error


def _where(error: BaseException) -> str:
    """The calls that led there, without messages or values: those may hold what somebody typed."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in reversed(frames[-6:]))
