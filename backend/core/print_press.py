"""Run as a program of its own: sets pages of `pwa/print/` in type. The compiler's 80 MB live only as long as its papers.

    python -I print_press.py ROOT TEMPLATE FONTS < [data, …].json > papers

Data goes in as a JSON list and is text to typst, never markup. Nothing outside ROOT can be read. Out come the papers in
order, each after its length in eight bytes.
"""

import json
import sys

import typst


def main() -> int:
    root, template, fonts = sys.argv[1:4]
    compiler = typst.Compiler(f"{root}/{template}", root=root, font_paths=[fonts], ignore_system_fonts=True)
    for data in json.load(sys.stdin.buffer):
        said = {"data": json.dumps(data, ensure_ascii=False)}
        paper = compiler.compile(format="pdf", sys_inputs=said, pdf_standards=["a-2a", "ua-1"])
        assert isinstance(paper, bytes)
        sys.stdout.buffer.write(len(paper).to_bytes(8, "big") + paper)
    return 0


if __name__ == "__main__":
    sys.exit(main())
