"""Sending a file in pieces, as a telephone does."""

import base64
import hashlib
import secrets

import httpx

UPLOADS = "/api/v1/uploads"
BYTES = "application/offset+octet-stream"


def told(content: bytes, name: str = "身份证.jpg", **said: str) -> dict[str, str]:
    """The headers that begin an upload of these bytes."""

    def plain(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    digest = hashlib.sha256(content).hexdigest()
    return {
        "Upload-Length": str(len(content)),
        "Upload-Metadata": f"filename {plain(name)},sha256 {plain(digest)}",
        "Idempotency-Key": secrets.token_hex(8),
    } | said


async def begun(person: httpx.AsyncClient, content: bytes, name: str = "身份证.jpg") -> str:
    answer = await person.post(UPLOADS, headers=told(content, name))
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "0"), answer.text
    return answer.headers["location"]


async def piece(person: httpx.AsyncClient, place: str, start: int, content: bytes) -> httpx.Response:
    return await person.patch(place, headers={"Upload-Offset": str(start), "Content-Type": BYTES}, content=content)


async def sent(person: httpx.AsyncClient, content: bytes, name: str = "身份证.jpg", size: int = 40_000) -> str:
    """All of it in pieces; the upload's id."""
    place = await begun(person, content, name)
    for start in range(0, len(content), size):
        answer = await piece(person, place, start, content[start : start + size])
        assert answer.status_code == 204, answer.text
    return place.rpartition("/")[2]
