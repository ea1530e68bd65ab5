"""Settings: everything wrong is said at once, secrets come as files, the demo stays at home."""

from datetime import time
from pathlib import Path

import pytest

from backend.settings import SettingsError, environ_of, load, need_keys


def test_nothing_said_is_a_demo_less_embedded_town_on_this_machine(tmp_path: Path) -> None:
    settings = load({"DATA": str(tmp_path)})
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://localhost:8000")
    assert not settings.demo
    assert not settings.attached


def test_all_problems_are_said_at_once() -> None:
    environ = {
        "PORT": "80a",
        "WEB_WORKERS": "0",
        "DATABASE_URL": "mysql://x",
        "SMTP_URL": "localhost:25",
        "PUBLIC_URL": "haikou",
        "MASTER_KEY_FILE": "/nowhere/at/all",
    }
    with pytest.raises(SettingsError) as refused:
        load(environ)
    said = str(refused.value).splitlines()
    assert len(said) == 6
    for name in environ:
        assert any(name in line for line in said), name


@pytest.mark.parametrize("port", ["-1", "65536", "8000 ", "８０００", "1e3"])
def test_a_port_is_a_plain_whole_number(port: str) -> None:
    with pytest.raises(SettingsError, match="PORT"):
        load({"PORT": port})


def test_a_secret_comes_from_its_file_and_an_own_installation_keeps_it_under_data(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("ab" * 32 + "\n")
    assert load({"DATA": str(tmp_path), "MASTER_KEY_FILE": str(tmp_path / "key")}).master_key == "ab" * 32
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "master.key").write_text("cd" * 32)
    assert load({"DATA": str(tmp_path)}).master_key == "cd" * 32
    assert load({"DATA": str(tmp_path), "MASTER_KEY": "ef" * 32}).master_key == "ef" * 32


def test_serving_without_keys_is_refused_naming_both(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"MASTER_KEY_FILE[^$]*VAPID_KEY_FILE"):
        need_keys(load({"DATA": str(tmp_path)}))


def test_without_logins_of_their_own_web_and_worker_take_on_their_roles() -> None:
    settings = load({"DATABASE_URL": "postgresql://city@db/city"})
    assert settings.login("owner").role is None
    assert settings.login("web").role == "suishouban_web"
    assert settings.login("worker").role == "suishouban_worker"
    own = load({"DATABASE_URL": "postgresql://city@db/city", "DATABASE_URL_WEB": "postgresql://w@db/city"})
    assert own.login("web").role is None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1", "town.localhost"])
def test_the_demo_may_listen_on_this_machine(host: str) -> None:
    assert load({"SUISHOUBAN_DEMO": "on", "HOST": host}).demo


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "10.0.0.1", "haikou.example", "localhost.example", "127.0.0.1.example"]
)
def test_the_demo_may_not_listen_elsewhere(host: str) -> None:
    with pytest.raises(SettingsError, match="SUISHOUBAN_DEMO=off"):
        load({"SUISHOUBAN_DEMO": "on", "HOST": host})


def test_a_child_process_told_by_us_finds_the_same_database_port_and_demo(tmp_path: Path) -> None:
    ours = load({"DATA": str(tmp_path), "PORT": "8123", "SUISHOUBAN_DEMO": "on", "DATABASE_URL": "postgresql://o@db/c"})
    assert load(environ_of(ours)) == ours


def test_the_quiet_hours_are_ten_to_seven_unless_said_otherwise() -> None:
    assert load({}).quiet_hours == (time(22), time(7))
    assert load({"QUIET_HOURS": "21:30-06:00"}).quiet_hours == (time(21, 30), time(6))
    assert load({"QUIET_HOURS": "none"}).quiet_hours == (time(0), time(0))
    with pytest.raises(SettingsError, match="QUIET_HOURS"):
        load({"QUIET_HOURS": "22-7"})
