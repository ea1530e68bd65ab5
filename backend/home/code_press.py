"""Run as a program of its own, with little memory and time: what the square codes in a picture say.

    python -I code_press.py < picture > codes

Standard output: a JSON list of texts, the largest code first. Imports nothing of ours, as backend/core/file_press.py does not:
whatever a hostile picture does to a decoder happens here, where no key and no database is.
"""

import io
import json
import resource
import sys

MEMORY = 512 * 1024 * 1024
SECONDS = 6
LONGEST = 2000


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import zxingcpp
    from PIL import Image

    with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=["JPEG", "PNG"]) as picture:
        grey = picture.convert("L")
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    found.sort(key=lambda code: -abs(code.position.bottom_right.x - code.position.top_left.x))
    json.dump([code.text[:LONGEST] for code in found], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
