"""The built assets of pwa/dist, read once: what their addresses are and what they hold."""

from pathlib import Path

import msgspec

DIST = Path(__file__).resolve().parents[2] / "pwa" / "dist"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class Assets:
    """The built files, read once. `url("app.css")` is the address with its fingerprint."""

    def __init__(self, folder: Path = DIST) -> None:
        index = folder / "assets.json"
        self._names: dict[str, str] = msgspec.json.decode(index.read_bytes()) if index.exists() else {}
        self._bytes = {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }

    def url(self, name: str) -> str:
        return f"/static/{self._names.get(name, name)}"

    def find(self, name: str, accept: str) -> tuple[bytes, dict[str, str]]:
        """The bytes in the best encoding the browser takes, with the headers that say so; KeyError if there are none."""
        for encoding, ending in ENCODINGS:
            if encoding in accept and name + ending in self._bytes:
                return self._bytes[name + ending], {"Content-Encoding": encoding, "Vary": "Accept-Encoding"}
        return self._bytes[name], {"Vary": "Accept-Encoding"}
