"""Run as a program of its own: sets pages of `pwa/print/` in type. The compiler's 80 MB live only as long as its papers.

    python -I print_press.py ROOT TEMPLATE FONTS < [data, …].json > papers

Data goes in as a JSON list and is text to typst, never markup. Nothing outside ROOT can be read. Out come the papers in
order, each after its length in eight bytes. What the fonts have no letter for stands as 〓: one smiley in somebody's words
must not keep her from her paper.
"""

import json
import re
import sys
from typing import Any

import typst

UNKNOWN = re.compile(r'(?:the text|the codepoint) `"(.+?)"`', re.DOTALL)
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
JOINERS = ("\u200d", "\ufe0f")  # between the parts of one smiley
MOST = 200  # different unknown letters in one paper


def main() -> int:
    root, template, fonts = sys.argv[1:4]
    compiler = typst.Compiler(f"{root}/{template}", root=root, font_paths=[fonts], ignore_system_fonts=True)
    for data in json.load(sys.stdin.buffer):
        paper = pressed(compiler, data)
        sys.stdout.buffer.write(len(paper).to_bytes(8, "big") + paper)
    return 0


def pressed(compiler: typst.Compiler, data: Any) -> bytes:
    for _ in range(MOST):
        said = {"data": json.dumps(data, ensure_ascii=False)}
        try:
            paper = compiler.compile(format="pdf", sys_inputs=said, pdf_standards=["a-2a", "ua-1"])
        except typst.TypstError as error:
            if not (unknown := UNKNOWN.search(str(error))):
                raise
            letters = ESCAPED.sub(lambda code: chr(int(code[1], 16)), unknown[1])
            data = marked(data, re.compile("|".join(map(re.escape, (letters, *JOINERS)))))
        else:
            assert isinstance(paper, bytes)
            return paper
    raise ValueError("too many letters no font has")


def marked(data: Any, unknown: re.Pattern[str]) -> Any:
    match data:
        case str():
            return unknown.sub(lambda found: "" if found[0] in JOINERS else "〓", data)
        case list():
            return [marked(one, unknown) for one in data]
        case dict():
            return {name: marked(one, unknown) for name, one in data.items()}
    return data


if __name__ == "__main__":
    sys.exit(main())
