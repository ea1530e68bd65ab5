"""Working at the catalogue desk as a browser does: pages opened, their own forms sent back with something changed."""

import re
from collections.abc import Mapping

import httpx
import msgspec

from tests.forms import form_with

OLD = "460100-MZ-001"  # 高龄老人长寿补贴
DESK = f"/desk/items/{OLD}"


class Trio(msgspec.Struct):
    editor: httpx.AsyncClient
    checker: httpx.AsyncClient
    legal: httpx.AsyncClient


async def begin(editor: httpx.AsyncClient, code: str = OLD) -> None:
    answer = await editor.post(f"/desk/items/{code}/draft")
    assert answer.status_code == 303, answer.text[:500]


async def opened(editor: httpx.AsyncClient, section: str, code: str = OLD) -> list[tuple[str, str]]:
    """The fields of one page of the form."""
    page = await editor.get(f"/desk/items/{code}/draft/{section}")
    assert page.status_code == 200, page.text[:500]
    return form_with(page.text, f"/desk/items/{code}/draft/{section}")


def changed(fields: list[tuple[str, str]], **new: str | None) -> list[tuple[str, str]]:
    """The same fields with others in their place; `__` for a dot; None: not sent at all."""
    names = {name.replace("__", "."): value for name, value in new.items()}
    kept = [(name, value) for name, value in fields if name not in names]
    return kept + [(name, value) for name, value in names.items() if value is not None]


async def send(
    editor: httpx.AsyncClient, section: str, fields: list[tuple[str, str]], code: str = OLD
) -> httpx.Response:
    body: Mapping[str, list[str]] = {name: [v for n, v in fields if n == name] for name, _ in fields}
    return await editor.post(f"/desk/items/{code}/draft/{section}", data=body)


async def write(editor: httpx.AsyncClient, section: str, code: str = OLD, **new: str | None) -> None:
    """Changes fields of one page and saves it."""
    answer = await send(editor, section, changed(await opened(editor, section, code), **new), code)
    assert answer.status_code == 303, answer.text


async def step(officer: httpx.AsyncClient, name: str, code: str = OLD, **said: str) -> httpx.Response:
    """Presses the button of one move, as the item's page offers it."""
    page = (await officer.get(f"/desk/items/{code}")).text
    for form in re.findall(r'<form class="move.*?</form>', page, re.S):
        if f'name="move" value="{name}"' in form:
            hidden = dict(re.findall(r'name="(version|revision|move)" value="([^"]*)"', form))
            return await officer.post(f"/desk/items/{code}/moves", data=hidden | said)
    raise AssertionError(f"{name} is not offered")


async def all_the_way(trio: Trio, code: str = OLD, **said: str) -> None:
    """Sent, checked, reviewed and published by those who may."""
    for officer, name in ((trio.editor, "sent"), (trio.checker, "checked"), (trio.legal, "reviewed")):
        answer = await step(officer, name, code)
        assert answer.status_code == 303, answer.text
    answer = await step(trio.editor, "published", code, **said)
    assert answer.status_code == 303, answer.text
