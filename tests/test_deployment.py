"""Dockerfile and compose.yaml say what the program understands. No Docker engine is needed to check that."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import asyncpg
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from backend.__main__ import MODULES
from backend.core.cluster import binaries
from backend.core.crypto import Vault
from backend.core.embedded import EmbeddedPostgres
from backend.core.migrate import migrate_for
from backend.settings import ROLES, Settings, SettingsError, load, need_keys

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
OURS = [name for name, service in COMPOSE["services"].items() if service["image"] == "suishouban"]


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the commands in compose.yaml's own comment make."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    home = tmp_path_factory.mktemp("compose")
    told = re.findall(r"^#   (.*)$", (ROOT / "compose.yaml").read_text("utf-8"), re.MULTILINE)
    subprocess.run(["bash", "-euc", "\n".join(told)], cwd=home, check=True, capture_output=True)
    return home / "secrets"


def settings_of(service: str, secrets: Path) -> Settings:
    """The settings a container of this service would load: the image's environment, then its own."""
    said = re.search(r"^ENV (SUISHOUBAN_DEMO.*)$", DOCKERFILE, re.MULTILINE)
    assert said
    environ = dict(pair.split("=") for pair in said[1].split())
    environ |= COMPOSE["services"][service]["environment"]
    filled = {name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", str(value)) for name, value in environ.items()}
    filled = {name: value.replace("/run/secrets", str(secrets)) for name, value in filled.items()}
    return load({**filled, **({"PUBLIC_URL": "https://haikou.example"} if "PUBLIC_URL" in filled else {})})


def test_each_service_runs_a_command_that_exists() -> None:
    assert {COMPOSE["services"][name]["command"][0] for name in OURS} == {"migrate", "web", "worker"}
    default = re.search(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert default
    assert json.loads(default[1])[0] in MODULES


def test_each_service_is_given_the_secrets_it_reads_and_no_others(secrets: Path) -> None:
    for name, service in COMPOSE["services"].items():
        read = {value.rsplit("/")[-1] for key, value in service["environment"].items() if key.endswith("_FILE")}
        extra = {"database_url_owner", "database_url_web", "database_url_worker"} if name == "database" else set()
        assert set(service["secrets"]) == read | extra
        assert set(service["secrets"]) <= set(COMPOSE["secrets"])
    assert {path.name for path in secrets.iterdir()} == set(COMPOSE["secrets"])


def test_web_and_worker_hold_no_login_but_their_own(secrets: Path) -> None:
    web, worker = settings_of("web", secrets), settings_of("worker", secrets)
    assert "suishouban_web:" in web.login("web").dsn
    assert "suishouban_worker:" in worker.login("worker").dsn
    for settings, other in ((web, "owner"), (web, "worker"), (worker, "owner"), (worker, "web")):
        with pytest.raises(SettingsError):
            settings.login(other)  # type: ignore[arg-type]


def test_the_keys_made_as_told_are_keys(secrets: Path) -> None:
    web = settings_of("web", secrets)
    need_keys(web)
    assert Vault(web.master_key or "").blind("a", "b")
    assert isinstance(load_pem_private_key((web.vapid_key or "").encode(), None), ec.EllipticCurvePrivateKey)


def test_the_image_cannot_become_a_demo_by_accident(secrets: Path) -> None:
    assert not settings_of("web", secrets).demo
    with pytest.raises(SettingsError, match="SUISHOUBAN_DEMO=off"):
        load({"SUISHOUBAN_DEMO": "on", "HOST": "0.0.0.0"})


async def test_the_database_script_makes_three_plain_logins_and_the_migrations_run_as_owner(
    secrets: Path, tmp_path: Path
) -> None:
    script = COMPOSE["configs"]["roles"]["content"].replace("$$", "$")
    with EmbeddedPostgres(tmp_path) as server:
        path = f"{binaries()}{os.pathsep}{os.environ['PATH']}"
        environ = {**os.environ, "PATH": path, "PGHOST": str(server.sockets), "SECRETS": str(secrets)}
        subprocess.run(["bash", "-c", script], env=environ, check=True, capture_output=True)
        applied = await migrate_for(
            load(
                {
                    "DATABASE_URL": server.url(ROLES["owner"]),
                    "DATABASE_URL_WEB": server.url(ROLES["web"]),
                    "DATABASE_URL_WORKER": server.url(ROLES["worker"]),
                }
            )
        )
        assert applied
        admin = await asyncpg.connect(server.url("postgres"))
        rows = await admin.fetch(
            "select rolname, rolcanlogin, rolsuper or rolbypassrls or rolcreaterole as strong, rolpassword from pg_authid "
            "where rolname = any($1)",
            list(ROLES.values()),
        )
        await admin.close()
    assert {row["rolname"] for row in rows} == set(ROLES.values())
    assert all(row["rolcanlogin"] and not row["strong"] and row["rolpassword"].startswith("SCRAM") for row in rows)


def test_everything_the_image_copies_is_let_through_and_there() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    copied = {word for line in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()}
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name.split('/')[0]}" in ignored, name
