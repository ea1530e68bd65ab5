"""A certificate leaves the platform: as signed words, as an SD-JWT VC of which only some fields are shown, and the list of what holds no more."""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
import pytest
from jwcrypto.jwk import JWK, JWKSet
from jwcrypto.jws import JWS
from sd_jwt.verifier import SDJWTVerifier

from backend.core.crypto import Vault
from backend.core.keyring import NotKeys, keyring_from, read_keyring
from tests.orders.shopping import transaction


async def proof_of(granted) -> dict[str, str]:
    told = (await granted.father.get(f"/api/v1/certificates/{granted.id}")).json()
    return {name: told[name] for name in ("content", "signature", "key_id")}


async def checked(granted, proof: dict[str, str]) -> dict:
    answer = await granted.site.stranger().post("/api/v1/certificates/check", json=proof)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_signed_words_prove_themselves_to_anybody(granted):
    told = await checked(granted, await proof_of(granted))
    assert told["standing"] == "valid"
    assert told["content"]["fields"]["person.name"] == "林长福"


@pytest.mark.parametrize(
    ("state", "says"), [("suspended", "暂停了它"), ("revoked", "吊销了它"), ("replaced", "后来发了新的")]
)
async def test_what_holds_no_more_is_refused_with_its_reason(granted, state, says):
    proof = await proof_of(granted)
    await granted.owner_says(
        "UPDATE certificates SET state = $1, state_reason = '查实的原因', state_since = now()", state
    )
    told = await checked(granted, proof)
    assert (told["standing"], says in told["says"]) == (state, True)
    place = (await granted.row("place"))["place"]
    assert await status_at(granted, place) == {"suspended": 2, "revoked": 1, "replaced": 3}[state]


async def test_what_has_expired_or_was_altered_or_forged_is_refused_with_its_reason(granted):
    proof = await proof_of(granted)
    altered = proof | {"content": proof["content"].replace("林长福", "林长寿")}
    assert (await checked(granted, altered))["standing"] == "altered"
    assert (await checked(granted, proof | {"signature": proof["signature"][:-3]}))["standing"] == "altered"
    assert (await checked(granted, proof | {"signature": "*"}))["standing"] == "altered"
    own = keyring_from(b"2" * 32).sign(proof["content"].encode())
    forged = proof | {"signature": urlsafe_b64encode(own.signature).decode(), "key_id": own.key_id}
    assert (await checked(granted, forged))["standing"] == "altered"
    ours = granted.site.app.state.vault.keyring.sign(altered["content"].encode())
    never = {
        "content": altered["content"],
        "signature": urlsafe_b64encode(ours.signature).decode(),
        "key_id": ours.key_id,
    }
    assert (await checked(granted, never))["standing"] is None, "signed with our key, and yet never issued"
    await granted.owner_says("ALTER TABLE certificates DISABLE TRIGGER certificates_stand")
    await granted.owner_says("UPDATE certificates SET valid_from = '2020-01-01', valid_until = '2020-12-31'")
    told = await checked(granted, proof)
    assert told["standing"] == "expired"
    assert "有效期已经过了" in told["says"]


async def test_of_an_sd_jwt_only_what_is_chosen_is_shown(granted):
    at = f"/api/v1/certificates/{granted.id}/sd-jwt"
    whole = (await granted.father.get(at)).json()["credential"]
    part = (await granted.father.get(at, params={"shown": "person.name"})).json()["credential"]
    keys = (await granted.site.stranger().get("/.well-known/jwt-vc-issuer")).json()["jwks"]["keys"]

    def of_issuer(_issuer: str, header: dict) -> JWK:
        found = next(key for key in keys if key["kid"] == header["kid"])
        return JWK(**{name: found[name] for name in ("kty", "crv", "x")})

    all_of_it = SDJWTVerifier(whole, of_issuer).get_verified_payload()
    some = SDJWTVerifier(part, of_issuer).get_verified_payload()
    assert {"holder", "person.name", "person.household"} <= all_of_it.keys()
    assert some["person.name"] == "林长福"
    assert not {"holder", "person.household"} & some.keys()
    assert some["number"] == granted.number
    assert some["status"]["status_list"]["uri"].endswith("/certificates/status")
    assert (await granted.father.get(at, params={"shown": "person.secret"})).status_code == 422


async def test_an_agent_takes_nothing_elsewhere_and_what_is_revoked_makes_none(granted, daughter):
    at = f"/api/v1/certificates/{granted.id}/sd-jwt"
    assert (await daughter.get(at)).status_code == 403
    await granted.owner_says(
        "UPDATE certificates SET state = 'revoked', state_reason = '查实的原因', state_since = now()"
    )
    assert (await granted.father.get(at)).status_code == 409


async def status_at(granted, place: int) -> int:
    answer = await granted.site.stranger().get("/certificates/status")
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    keys = JWKSet.from_json((await granted.site.stranger().get("/api/v1/certificates/keys")).text)
    token = JWS()
    token.deserialize(answer.text, keys.get_key(msgspec.json.decode(keys.export())["keys"][0]["kid"]))
    packed = msgspec.json.decode(token.payload)["status_list"]["lst"]
    bits = zlib.decompress(urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    return bits[place // 4] >> place % 4 * 2 & 3


async def test_the_status_list_says_of_each_place_whether_it_holds(granted):
    assert await status_at(granted, (await granted.row("place"))["place"]) == 0


async def test_old_keys_go_on_verifying_when_a_new_one_signs(granted):
    before = Vault("5a" * 32).keyring
    after = read_keyring(before.renewed())
    signed = before.sign(b"words")
    assert after.key_id != before.key_id
    assert after.verifies(signed.key_id, b"words", signed.signature)
    assert not before.verifies(after.key_id, b"words", after.sign(b"words").signature)
    assert [key["kid"] for key in after.public_keys()] == [after.key_id, before.key_id]
    assert "d" not in msgspec.json.encode(after.public_keys()).decode().split('"')
    async with transaction(granted.site, granted.father) as tx:
        text = await tx.db.fetchrow("SELECT key_id, signature FROM certificates WHERE id = $1", granted.id)
    assert text["key_id"] == before.key_id
    for wrong in ("", "no pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"):
        with pytest.raises(NotKeys):
            read_keyring(wrong)
