"""Run as a program of its own, with little memory and time: one page of a PDF as a picture.

    python -I page_press.py PAGE < pdf > png

Exit 2: there is no such page, or it cannot be drawn. Imports nothing of ours, as `file_press.py`, and for its reason.
"""

import io
import resource
import sys

MEMORY = 768 * 1024 * 1024
SECONDS = 8
LONG_SIDE = 2200  # pixels: A4 at 190 dots an inch


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pypdfium2

    try:
        page = pypdfium2.PdfDocument(sys.stdin.buffer.read())[int(sys.argv[1]) - 1]
        scale = LONG_SIDE / max(*page.get_size(), 1)
        out = io.BytesIO()
        page.render(scale=min(scale, 4)).to_pil().convert("RGB").save(out, "PNG")
    except (pypdfium2.PdfiumError, IndexError, ValueError, MemoryError):
        return 2
    sys.stdout.buffer.write(out.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
