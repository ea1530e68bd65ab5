"""Rules for every route there is, walked over the application itself."""

import inspect

import pytest
from litestar.handlers import HTTPRouteHandler

from backend.app import create_app
from backend.settings import load

WHO = {"anyone", "person", "officer", "account"}


@pytest.fixture(scope="module")
def handlers() -> list[HTTPRouteHandler]:
    app = create_app(load({"MASTER_KEY": "5a" * 32, "DATABASE_URL": "postgresql://nobody@localhost/none"}))
    found = {id(h): h for route in app.routes for h in getattr(route, "route_handlers", [])}
    ours = [
        h
        for h in found.values()
        if h.handler_name.split(".")[-1] != "options_handler" and "litestar" not in h.fn.__module__
    ]
    assert len(ours) > 20
    return ours


def test_every_route_says_who_may_call_it(handlers: list[HTTPRouteHandler]) -> None:
    silent = [h.handler_name for h in handlers if h.opt.get("who") not in WHO]
    assert silent == []


def test_who_may_call_it_is_asked_where_its_transaction_opens(handlers: list[HTTPRouteHandler]) -> None:
    """`opt` alone closes nothing: `open_tx` reads it. A handler takes `tx`, or its module opens `request_tx` itself."""
    unasked = [
        h.handler_name
        for h in handlers
        if h.opt["who"] != "anyone"
        and "tx" not in inspect.signature(h.fn).parameters
        and "request_tx(request)" not in inspect.getsource(inspect.getmodule(h.fn))
    ]
    assert unasked == []


def test_what_anyone_may_write_is_a_short_list_read_by_people(handlers: list[HTTPRouteHandler]) -> None:
    open_writes = {
        h.handler_name.split(".")[-1] for h in handlers if h.opt["who"] == "anyone" and "GET" not in h.http_methods
    }
    assert open_writes <= {
        "sign_in", "sign_in_again", "sign_out", "choose_looks", "choose_mode", "choose_language", "ask", "type_code", "say_name",
        "take_text", "report_text",  # signed by the gateway
        "stop_mail",  # a letter's own link, which names nobody and stops letters only
        "push_records",  # shows the token of a register's machine, or is signed by it
        "passkey_challenge", "passkey_sign_in", "enrol_challenge", "enrol",
        "verify_file",  # compares a file with a hash; counts how often
        "check_words",  # writes nothing: whether signed words are those that were issued; keeps its pace
        "take_a_look",  # a shown certificate's code, once, from the telephone that opened its page
        "check_carried",  # whether a code is ours; keeps its pace, and tells the holder
        "read_photo",  # writes nothing: what a photographed code says; keeps its pace
        "answer_offer",  # of putting the app on the home screen; for who is signed in, and writes nothing else
        "narrow_item",  # writes nothing: answers that shall not stand in an address
    }  # fmt: skip


def test_pages_stand_outside_the_api_description_and_the_api_stands_in_it(handlers: list[HTTPRouteHandler]) -> None:
    for handler in handlers:
        for path in handler.paths:
            unwanted = not path.startswith("/api/")
            assert handler.include_in_schema is not unwanted, (
                path,
                handler.handler_name,
            )


def test_every_route_that_changes_something_is_no_get(handlers: list[HTTPRouteHandler]) -> None:
    """A GET runs in a read-only transaction: one that wrote would fail, so none may be named like a verb that writes."""
    for handler in handlers:
        if "GET" in handler.http_methods:
            assert handler.http_methods <= {"GET", "HEAD", "OPTIONS"}, handler.handler_name
