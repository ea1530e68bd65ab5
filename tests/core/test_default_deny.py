"""A route that does not say whom it is for is for nobody: neither an officer nor a person is let in, and nobody sees that it is there."""

import pytest

from tests.mandates.conftest import site, town_settings

__all__ = ["site", "town_settings"]


def handler_of(app, path):
    return next(
        h for route in app.routes if route.path == path for h in route.route_handlers if "GET" in h.http_methods
    )


@pytest.mark.parametrize("said", [None, "anybody", ""])
async def test_a_route_without_a_word_about_it_is_closed(site, monkeypatch, said):
    father, officer, nobody = await site.person("father"), await site.person("officer-civil"), site.stranger()
    assert (await father.get("/mandates")).status_code == 200
    opt = handler_of(site.app, "/mandates").opt
    monkeypatch.delitem(opt, "who") if said is None else monkeypatch.setitem(opt, "who", said)
    unknown = await father.get("/mandates/nothing-here")
    for person in (father, officer):
        answer = await person.get("/mandates")
        assert answer.status_code == unknown.status_code == 404
        assert "授权" not in answer.text.partition("<main")[2]
    assert (await nobody.get("/mandates")).headers["location"].startswith("/sign-in")
