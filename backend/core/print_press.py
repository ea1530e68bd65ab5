"""Run as a program of its own: sets one page of `pwa/print/` in type. The compiler's 80 MB live only as long as one paper.

    python -I print_press.py ROOT TEMPLATE FONTS < data.json > paper.pdf

Data goes in as JSON and is text to typst, never markup. Nothing outside ROOT can be read.
"""

import sys

import typst


def main() -> int:
    root, template, fonts = sys.argv[1:4]
    compiler = typst.Compiler(f"{root}/{template}", root=root, font_paths=[fonts], ignore_system_fonts=True)
    data = sys.stdin.buffer.read().decode()
    paper = compiler.compile(format="pdf", sys_inputs={"data": data}, pdf_standards=["a-2a", "ua-1"])
    assert isinstance(paper, bytes)
    sys.stdout.buffer.write(paper)
    return 0


if __name__ == "__main__":
    sys.exit(main())
