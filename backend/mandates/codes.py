"""A code that makes a mandate: shown on the principal's phone for five minutes, or posted to her address.

What she agrees to stands before there is a code: the agent's name, the things, the days. Eight signs of 32 are 40 bits,
twelve are 60; a person who types has ten tries an hour.
"""

import unicodedata
from datetime import timedelta
from uuid import UUID, uuid4

from backend.core.db import Tx
from backend.core.errors import Invalid
from backend.mandates.actions import at_most_five, consent_text, own_affairs, problems_of
from backend.mandates.consent import hash_of, seal_words
from backend.mandates.journal import note
from backend.mandates.model import Grant
from backend.mandates.requests import DAY, HOUR, brought, new_code, within

LIFE = timedelta(minutes=5)
MOST_MADE, MOST_TRIES = 20, 10  # a day; an hour
MOST_OF_A_NETWORK = 60  # an hour, as with sign-in codes: many accounts behind one address are one guesser


async def make_code(tx: Tx, asked: Grant, matters: str) -> str:
    """The principal agrees and gets eight signs to show; Invalid with every problem at once."""
    own_affairs(tx)
    if problems := problems_of(asked):
        raise Invalid(*problems)
    await within(tx, "code made", str(tx.viewer.id), DAY, MOST_MADE)
    request, code = uuid4(), new_code(8)
    words = consent_text(tx.viewer.name, asked.agent_name, asked.days, matters, tx.today)
    await tx.db.execute(
        """INSERT INTO mandate_requests (id, way, principal_id, agent_blind, items, matters, consent_sealed, consent_hash, code_hash,
                                         valid_from, valid_to, asked_at, expires_at)
           VALUES ($1, 'family_qr', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        request, tx.viewer.id, _name(tx, asked.agent_name), asked.items, matters,
        seal_words(tx.key, words), hash_of(words), brought(tx, code),
        tx.today, tx.today + timedelta(days=asked.days), tx.now, tx.now + LIFE,
    )  # fmt: skip
    return code


async def bring_code(tx: Tx, typed: str, network: str) -> UUID | None:
    """The agent types a code: her mandate, or None when it is wrong, used, too old or for somebody else. A wrong one stays counted."""
    await within(tx, "code tried", str(tx.viewer.id), HOUR, MOST_TRIES)
    await within(tx, "code tried from", network, HOUR, MOST_OF_A_NETWORK)
    async with at_most_five(tx):
        mandate = await tx.db.fetchval(
            "SELECT bring_mandate_code($1, $2)", brought(tx, plain(typed)), _name(tx, tx.viewer.name)
        )
    if mandate:
        via = await tx.db.fetchval("SELECT created_via FROM mandates WHERE id = $1", mandate)
        await note(tx, mandate, "granted", {"via": via})
    return mandate


def plain(typed: str) -> str:
    """Small letters, blanks, dashes and full-width signs are ways of typing. Pure."""
    return "".join(c for c in unicodedata.normalize("NFKC", typed).upper() if c.isalnum())


def _name(tx: Tx, name: str) -> bytes:
    return tx.vault.blind("".join(name.split()), "agent name")
