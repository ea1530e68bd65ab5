"""An operator sees what could not be brought, without a name or an address in it."""

import asyncio

import pytest

from backend.__main__ import main
from backend.settings import environ_of
from tests.notifications.knocks import MARKERS, as_owner, give_email, told


@pytest.mark.parametrize("state", ["failed", "unknown"])
async def test_what_failed_and_what_nobody_knows_of_is_listed(town, state, monkeypatch, capsys):
    for name, value in environ_of(town.settings).items():
        monkeypatch.setenv(name, value)
    await give_email(town, "father", "father@example.org")
    await town.filed("daughter")
    await told(town)
    assert await asyncio.to_thread(main, ["notices", "undelivered"]) == 0
    assert capsys.readouterr().out == ""
    await as_owner(
        town, "UPDATE notices SET state = $1, problem = 'mail server said 550' WHERE channel = 'email'", state
    )
    await asyncio.to_thread(main, ["notices", "undelivered"])
    listed = capsys.readouterr().out
    assert f"email\t{state}\t0×" in listed
    assert listed.endswith("mail server said 550\n")
    assert not [marker for marker in MARKERS if marker in listed]
