"""What she agreed to lies sealed under her own key, bound to the hash beside it; what lay readable from before is sealed by a job."""

import pytest

from backend.core.crypto import Unsealable, Vault
from backend.mandates.consent import hash_of, open_words, seal_words
from tests.mandates.clerk import Clerk, consent_of, rows

WORDS = "本人林长福授权林小燕"


async def test_the_mandate_of_the_cast_is_read_by_both_and_by_no_table(site):
    (mandate,) = await rows(site, "SELECT * FROM mandates")
    assert (await consent_of(site, mandate)).startswith("本人林长福授权林小燕")
    for who in ("father", "daughter"):
        page = await (await site.person(who)).get(f"/mandates/{mandate['id']}")
        assert "本人林长福授权林小燕" in page.text


async def test_what_lay_readable_is_sealed_also_when_the_mandate_has_ended(site):
    old = "UPDATE mandates SET consent = $1, consent_sealed = NULL, consent_hash = sha256(convert_to($1, 'UTF8'))"
    await rows(site, old, WORDS)
    await rows(site, "UPDATE mandates SET ended_at = now(), end_reason = 'revoked'")
    await rows(
        site,
        """INSERT INTO mandate_requests (id, way, agent_id, matters, consent, consent_hash, code_hash, valid_from, valid_to, asked_at, expires_at)
           SELECT gen_random_uuid(), 'sms', agent_id, '', $1, sha256(convert_to($1, 'UTF8')), '', '2026-09-25', '2026-09-26', now(), now() FROM mandates""",
        WORDS,
    )
    await Clerk(site).does(("seal_consents", {}))
    (mandate,) = await rows(site, "SELECT * FROM mandates")
    assert await consent_of(site, mandate) == WORDS
    (asked,) = await rows(site, "SELECT consent, consent_sealed, consent_hash FROM mandate_requests")
    assert asked["consent"] == ""
    assert open_words(site.app.state.vault.system, asked["consent_sealed"], asked["consent_hash"]) == WORDS


async def test_an_ended_mandate_takes_no_other_change(site):
    await rows(site, "UPDATE mandates SET ended_at = now(), end_reason = 'revoked'")
    for change in ("consent = 'other words'", "valid_to = valid_to + 1", "consent = '', items = '{}'"):
        with pytest.raises(Exception, match="has ended"):
            await rows(site, f"UPDATE mandates SET {change}")


def test_words_open_only_beside_their_own_hash():
    vault = Vault("5a" * 32)
    key = vault.key(vault.new_key())
    sealed = seal_words(key, WORDS)
    assert open_words(key, sealed, hash_of(WORDS)) == WORDS
    for other, hashed in ((key, hash_of(WORDS + "。")), (vault.key(vault.new_key()), hash_of(WORDS))):
        with pytest.raises(Unsealable):
            open_words(other, sealed, hashed)
