"""The demo cast, as a city writes it down in `cast.yaml`."""

from typing import Any

import msgspec


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody anybody may be in demo mode; `facts` her profile, `registers` what others know of her (register → facts)."""

    handle: str
    name: str
    about: str = ""
    language: str = "zh-Hans"
    phone: str | None = None
    email: str | None = None
    facts: dict[str, Any] = {}
    registers: dict[str, dict[str, Any]] = {}


class Officer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    handle: str
    name: str
    roles: dict[str, tuple[str, ...]]
    about: str = ""


class CastMandate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    principal: str
    agent: str
    days: int
    matters: str


class Cast(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    people: tuple[Person, ...]
    officers: tuple[Officer, ...] = ()
    mandates: tuple[CastMandate, ...] = ()
