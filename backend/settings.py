"""Every setting of the product, read once from the environment.

A setting NAME may also be given as NAME_FILE, the path of a file that holds it: so come secrets in containers.
`load` collects everything that is wrong before it refuses.
"""

import os
import re
from collections.abc import Mapping
from datetime import time
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec

Role = Literal["owner", "web", "worker"]
ROLES: dict[Role, str] = {"owner": "suishouban_owner", "web": "suishouban_web", "worker": "suishouban_worker"}

CLAMD = re.compile(r"unix:(?P<path>/.+)|tcp:(?P<host>[^:]+|\[.+\]):(?P<port>[0-9]{1,5})")


class Refused(Exception):
    """A command cannot be carried out as asked; `str()` says why and what helps, one sentence a line."""


class SettingsError(Refused):
    """The environment says something that cannot be."""


class Login(msgspec.Struct, frozen=True):
    """How one process reaches PostgreSQL. `role` is to be taken on with `server_settings={"role": role}`."""

    dsn: str
    role: str | None = None


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """No database named at all means: the embedded PostgreSQL under `data` (see core/embedded.py)."""

    data: Path
    host: str
    port: int
    public_url: str
    demo: bool
    web_workers: int
    database_url: str | None
    database_url_web: str | None
    database_url_worker: str | None
    master_key: str | None
    vapid_key: str | None
    signing_key: str | None
    certificate_keys: str | None
    smtp_url: str | None
    sms_url: str | None
    sms_key: str | None
    oidc_issuer: str | None
    oidc_client_id: str | None
    oidc_client_secret: str | None
    oidc_number_claim: str | None
    mail_from: str
    push_allowed: tuple[str, ...]
    quiet_hours: tuple[time, time]
    archive_years: int
    s3_bucket: str | None
    s3_prefix: str
    s3_endpoint: str | None
    s3_region: str
    s3_access_key: str | None
    s3_secret_key: str | None
    clamd: str | None
    registers: str | None
    languages_folder: Path | None

    def can_send(self, channel: str) -> bool:
        """Whether this installation reaches people by `phone` (a text message) or by `email`."""
        return bool(self.smtp_url) if channel == "email" else bool(self.sms_url) or self.demo

    def login(self, role: Role) -> Login:
        """An own login for web and worker where one is given, else the owner's with the group role taken on."""
        own = {"owner": self.database_url, "web": self.database_url_web, "worker": self.database_url_worker}[role]
        if own:
            return Login(own)
        if self.database_url:
            return Login(self.database_url, ROLES[role])
        raise SettingsError(f"The database cannot be reached as {role}: give DATABASE_URL_{role.upper()}.")

    @property
    def attached(self) -> bool:
        """Whether any database was named; a process may be given only the one login that it needs."""
        return any((self.database_url, self.database_url_web, self.database_url_worker))


def environ_of(settings: Settings) -> dict[str, str]:
    """What a child process must be told so that its `load` finds the same database, port and demo."""
    urls = {
        "DATABASE_URL": settings.database_url,
        "DATABASE_URL_WEB": settings.database_url_web,
        "DATABASE_URL_WORKER": settings.database_url_worker,
    }
    said = {"SUISHOUBAN_DEMO": "on" if settings.demo else "off", "PORT": str(settings.port), "DATA": str(settings.data)}
    said["QUIET_HOURS"] = "{:%H:%M}-{:%H:%M}".format(*settings.quiet_hours)
    return {**said, **{name: url for name, url in urls.items() if url}}


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process, or SettingsError naming every setting that is wrong."""
    problems: list[str] = []
    data = Path(environ.get("DATA") or ".data").resolve()
    host = environ.get("HOST") or "127.0.0.1"
    port = _whole("PORT", environ, 8000, 0, 65535, problems)
    settings = Settings(
        data=data,
        host=host,
        port=port,
        public_url=(environ.get("PUBLIC_URL") or f"http://localhost:{port}").rstrip("/"),
        demo=environ.get("SUISHOUBAN_DEMO") == "on",
        web_workers=_whole("WEB_WORKERS", environ, 1, 1, 64, problems),
        database_url=_said("DATABASE_URL", environ, problems),
        database_url_web=_said("DATABASE_URL_WEB", environ, problems),
        database_url_worker=_said("DATABASE_URL_WORKER", environ, problems),
        master_key=_said("MASTER_KEY", environ, problems, data / "secrets" / "master.key"),
        vapid_key=_said("VAPID_KEY", environ, problems, data / "secrets" / "vapid.pem"),
        signing_key=_said("SIGNING_KEY", environ, problems, data / "secrets" / "signing.pem"),
        certificate_keys=_said("CERTIFICATE_KEYS", environ, problems, data / "secrets" / "certificates.pem"),
        smtp_url=_said("SMTP_URL", environ, problems),
        sms_url=_said("SMS_URL", environ, problems),
        sms_key=_said("SMS_KEY", environ, problems),
        oidc_issuer=environ.get("OIDC_ISSUER") or None,
        oidc_client_id=environ.get("OIDC_CLIENT_ID") or None,
        oidc_client_secret=_said("OIDC_CLIENT_SECRET", environ, problems),
        oidc_number_claim=environ.get("OIDC_NUMBER_CLAIM") or None,
        mail_from=environ.get("MAIL_FROM") or "随手办 <suishouban@localhost>",
        push_allowed=tuple((environ.get("PUSH_ALLOWED") or "").split()),
        quiet_hours=_hours(environ.get("QUIET_HOURS") or "22:00-07:00", problems),
        archive_years=_whole("ARCHIVE_YEARS", environ, 30, 1, 100, problems),
        s3_bucket=environ.get("S3_BUCKET") or None,
        s3_prefix=(environ.get("S3_PREFIX") or "").strip("/"),
        s3_endpoint=environ.get("S3_ENDPOINT") or None,
        s3_region=environ.get("S3_REGION") or "us-east-1",
        s3_access_key=_said("S3_ACCESS_KEY", environ, problems),
        s3_secret_key=_said("S3_SECRET_KEY", environ, problems),
        clamd=environ.get("CLAMD") or None,
        registers=_said("REGISTERS", environ, problems, data / "secrets" / "registers.json"),
        languages_folder=Path(environ["LANGUAGES_FOLDER"]).resolve() if environ.get("LANGUAGES_FOLDER") else None,
    )
    problems += _contradictions(settings)
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _hours(said: str, problems: list[str]) -> tuple[time, time]:
    """`22:00-07:00`; equal ends, or `none`, for no such hours."""
    if said == "none":
        return time(0), time(0)
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", said)
    if found is None:
        problems.append("QUIET_HOURS must be like 22:00-07:00, or none.")
        return time(0), time(0)
    start, start_minute, end, end_minute = map(int, found.groups())
    return time(start, start_minute), time(end, end_minute)


def _contradictions(settings: Settings) -> list[str]:
    problems = []
    public = urlsplit(settings.public_url)
    if public.scheme not in ("http", "https") or not public.hostname:
        problems.append("PUBLIC_URL must begin with http:// or https:// and name a host.")
    if settings.demo and not (is_loopback(settings.host) and is_loopback(public.hostname or "")):
        problems.append(
            "The demo lets anybody sign in as anybody, so it only listens on this machine itself: "
            "leave HOST and PUBLIC_URL at localhost, or set SUISHOUBAN_DEMO=off."
        )
    for name, url in (
        ("DATABASE_URL", settings.database_url),
        ("DATABASE_URL_WEB", settings.database_url_web),
        ("DATABASE_URL_WORKER", settings.database_url_worker),
    ):
        if url and urlsplit(url).scheme not in ("postgresql", "postgres"):
            problems.append(f"{name} must begin with postgresql://.")
    if settings.smtp_url and urlsplit(settings.smtp_url).scheme not in ("smtp", "smtps"):
        problems.append("SMTP_URL must begin with smtp:// or smtps://.")
    if settings.sms_url and not (
        urlsplit(settings.sms_url).scheme == "https" or is_loopback(urlsplit(settings.sms_url).hostname or "")
    ):
        problems.append("SMS_URL must begin with https://.")
    if bool(settings.sms_url) != bool(settings.sms_key):
        problems.append("SMS_URL and SMS_KEY (or SMS_KEY_FILE) belong together.")
    return problems + _provider_contradictions(settings) + _file_contradictions(settings)


def _provider_contradictions(settings: Settings) -> list[str]:
    named = (settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    problems = []
    if any(named) and not all(named):
        problems.append(
            "OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET (or OIDC_CLIENT_SECRET_FILE) belong together."
        )
    issuer = urlsplit(settings.oidc_issuer or "https://")
    if issuer.scheme != "https" and not is_loopback(issuer.hostname or ""):
        problems.append("OIDC_ISSUER must begin with https://.")
    return problems


def _file_contradictions(settings: Settings) -> list[str]:
    problems = []
    if bool(settings.s3_access_key) != bool(settings.s3_secret_key):
        problems.append("S3_ACCESS_KEY and S3_SECRET_KEY (or their _FILE) belong together.")
    if settings.s3_endpoint and not settings.s3_bucket:
        problems.append("S3_ENDPOINT needs S3_BUCKET.")
    endpoint = urlsplit(settings.s3_endpoint or "https://")
    if endpoint.scheme != "https" and not is_loopback(endpoint.hostname or ""):
        problems.append("S3_ENDPOINT must begin with https://.")
    if settings.clamd and not CLAMD.fullmatch(settings.clamd):
        problems.append("CLAMD must be unix:/path/of/the/socket or tcp:host:port.")
    return problems


def _whole(name: str, environ: Mapping[str, str], default: int, low: int, high: int, problems: list[str]) -> int:
    text = environ.get(name) or str(default)
    if text.isascii() and text.isdigit() and low <= int(text) <= high:
        return int(text)
    problems.append(f"{name} must be a whole number from {low} to {high}.")
    return default


def _said(name: str, environ: Mapping[str, str], problems: list[str], kept: Path | None = None) -> str | None:
    """The value of NAME, else the content of NAME_FILE, else that of the file `kept` where there is one."""
    if value := environ.get(name):
        return value
    path = environ.get(f"{name}_FILE")
    if not path and not (kept and kept.is_file()):
        return None
    try:
        return Path(path or kept or "").read_text("utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{name}_FILE cannot be read: {error}.")
        return None


def need_keys(settings: Settings, *also: Literal["SIGNING_KEY"]) -> None:
    """Refuse to serve without the secrets, which only an installation with its own DATA makes for itself."""
    missing = [name for name in ("MASTER_KEY", "VAPID_KEY", *also) if not getattr(settings, name.lower())]
    if missing:
        raise SettingsError(
            "\n".join(f"{name} is missing: give the path of its file in {name}_FILE." for name in missing)
        )
