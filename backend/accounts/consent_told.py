"""Consents as other programs read them. Pure."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.accounts.consents import Consent, Purpose, shown
from backend.core.i18n import _, translate

CHANGED = _("说明刚才改过了，所以没有记下。请再看一遍新的说明。")


class ConsentGiven(msgspec.Struct, frozen=True, kw_only=True):
    """One time somebody agreed. `in_force` False: withdrawn, or of a guardian whose word counts no more."""

    purpose: str
    version: int
    language: str
    text_hash: str
    given_by: UUID
    given_at: datetime
    withdrawn_at: datetime | None
    in_force: bool


class PurposeNow(msgspec.Struct, frozen=True, kw_only=True):
    """A purpose in the reader's language. `text_hash`: of exactly these words, to be sent back; `agreed`: to this version."""

    purpose: str
    title: str
    words: str
    version: int
    text_hash: str
    agreed: bool


class Consents(msgspec.Struct, frozen=True):
    purposes: list[PurposeNow]
    given: list[ConsentGiven]


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hash of the words that were shown, in hexadecimal digits."""

    text_hash: str


def told(purposes: list[Purpose], given: list[Consent], language: str) -> Consents:
    """What a list of consents says. Pure."""
    newest: dict[str, int] = {}
    for consent in given:
        if consent.in_force:
            newest[consent.purpose] = max(consent.version, newest.get(consent.purpose, 0))
    return Consents([_now(p, language, newest.get(p.name, 0)) for p in purposes], [_given(c) for c in given])


def _now(purpose: Purpose, language: str, agreed_to: int) -> PurposeNow:
    return PurposeNow(
        purpose=purpose.name,
        title=translate(language, purpose.title),
        words=translate(language, purpose.words),
        version=purpose.version,
        text_hash=shown(purpose, language),
        agreed=agreed_to >= purpose.version,
    )


def _given(consent: Consent) -> ConsentGiven:
    return ConsentGiven(
        purpose=consent.purpose,
        version=consent.version,
        language=consent.language,
        text_hash=consent.text_hash.hex(),
        given_by=consent.given_by,
        given_at=consent.given_at,
        withdrawn_at=consent.withdrawn_at,
        in_force=consent.in_force,
    )
