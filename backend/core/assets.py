"""The built assets of pwa/dist, read once: what their addresses are and what they hold."""

from pathlib import Path

import msgspec

from backend.core.encodings import taken

DIST = Path(__file__).resolve().parents[2] / "pwa" / "dist"
# In our order of liking; zstd is there where the Node.js that built them can make it.
ENCODINGS = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}


class Assets:
    """The built files, read once. `url("app.css")` is the address with its fingerprint."""

    def __init__(self, folder: Path = DIST) -> None:
        index = folder / "assets.json"
        self._names: dict[str, str] = msgspec.json.decode(index.read_bytes()) if index.exists() else {}
        rare = folder / "rare-icons.json"
        self.rare_icons: dict[str, str] = msgspec.json.decode(rare.read_bytes()) if rare.exists() else {}
        self._bytes = {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }

    def url(self, name: str) -> str:
        return f"/static/{self._names.get(name, name)}"

    def find(self, name: str, accept: str) -> tuple[bytes, dict[str, str]]:
        """The bytes in the best encoding the browser takes, with the headers that say so; KeyError if there are none."""
        for encoding in taken(accept, tuple(ENCODINGS)):
            if packed := self._bytes.get(name + ENCODINGS[encoding]):
                return packed, {"Content-Encoding": encoding, "Vary": "Accept-Encoding"}
        return self._bytes[name], {"Vary": "Accept-Encoding"}
