"""A guide's file, YAML or JSON, read without falling into any trap; and the line and column of any place in it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from backend.catalogue.pack_yaml import MAX_DEEP, read_yaml

MAX_BYTES = 1_000_000
MAX_PARTS = 50_000
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
_LONG_NUMBER = re.compile(r"-?[\d.]{40}")
Steps = tuple[str, ...]


class Unreadable(Exception):
    """The file is no plain data. `place`: `:line:column`, or "" where there is none."""

    def __init__(self, say: str, place: str = "") -> None:
        super().__init__(say)
        self.say, self.place = say, place


def read_guide_file(path: Path) -> tuple[dict[str, Any], str]:
    """The data and the text it was read from; Unreadable for anything that is not one plain mapping."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable("缺少这个文件") from None
    except OSError as error:
        raise Unreadable(f"打不开这个文件：{error.strerror}") from None
    return read_guide_text(raw, json_text=path.suffix.lower() == ".json")


def read_guide_text(raw: bytes, *, json_text: bool = False) -> tuple[dict[str, Any], str]:
    if len(raw) > MAX_BYTES:
        fits = raw[:MAX_BYTES].decode("utf-8", "replace")
        raise Unreadable(f"文件太大：最多 {MAX_BYTES // 1000} KB", _at(fits, len(fits)))
    try:
        text = raw.decode("utf-8-sig")
        data = _read_json(text) if json_text else _read_yaml(text)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        raise Unreadable("文件要用 UTF-8 保存", _at(before, len(before))) from None
    if not isinstance(data, dict):
        raise Unreadable("文件应当是“名称: 内容”这样的一份", ":1:1")
    return data, text


def _read_yaml(text: str) -> Any:
    try:
        return msgspec.to_builtins(read_yaml(text, MAX_PARTS), str_keys=True)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise Unreadable(str(error.problem), f":{mark.line + 1}:{mark.column + 1}" if mark else "") from None
    except yaml.reader.ReaderError as error:
        raise Unreadable("文件里有看不见的特殊字符", _at(text, error.position)) from None
    except (ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
        raise Unreadable(f"读不懂这个文件：{error}") from None


def _read_json(text: str) -> Any:
    _refuse_traps(text)
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Unreadable(f"JSON 写得不对：{error.msg}", f":{error.lineno}:{error.colno}") from None
    except (ValueError, RecursionError):
        raise Unreadable("文件里有写得不对的数") from None


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _refuse_traps(text: str) -> None:
    seen: set[Steps] = set()
    for path, offset in _values(text):
        if len(seen) >= MAX_PARTS:
            raise Unreadable(f"太长了：最多 {MAX_PARTS} 个词", _at(text, offset))
        if _LONG_NUMBER.match(text, offset):
            raise Unreadable("这个数太大了", _at(text, offset))
        if len(path) > MAX_DEEP:
            raise Unreadable(f"套得太深：最多 {MAX_DEEP} 层", _at(text, offset))
        if path in seen:
            raise Unreadable(f"“{path[-1] if path else ''}”写了两次", _at(text, offset))
        seen.add(path)


def _values(text: str) -> Iterator[tuple[Steps, int]]:
    """The path and offset of every value of JSON text, well formed or not."""
    path: list[str] = []
    kinds: list[str] = []
    before = ""
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in "}]" and kinds:
            kinds.pop()
            path.pop()
        elif word == ",":
            if kinds and kinds[-1] == "[":
                path[-1] = str(int(path[-1]) + 1)
        elif word[0] == '"' and kinds and kinds[-1] == "{" and before != ":":
            path[-1] = word[1:-1]
        elif word not in ":}]":
            yield tuple(path), token.start()
            if word in "{[":
                kinds.append(word)
                path.append("0" if word == "[" else "")
                if len(path) > MAX_DEEP + 1:
                    return
        before = word


def position(text: str, where: str, *, json_text: bool = False) -> str:
    """`:line:column` of a place like `results[2].when.any[1]`, as far down as the text has it."""
    steps = tuple(re.findall(r"[^.\[\]]+", where))
    return _json_position(text, steps) if json_text else _yaml_position(text, steps)


def _json_position(text: str, steps: Steps) -> str:
    best, found = -1, 0
    for path, offset in _values(text):
        if len(path) > best and path == steps[: len(path)]:
            best, found = len(path), offset
    return _at(text, found)


def _yaml_position(text: str, steps: Steps) -> str:
    node = yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for step_down in steps:
        inner = _inside(node, step_down)
        if inner is None:
            break
        node = inner
    return f":{node.start_mark.line + 1}:{node.start_mark.column + 1}" if node else ""


def _inside(node: yaml.Node | None, step_down: str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and step_down.isdigit() and int(step_down) < len(node.value):
        found: yaml.Node = node.value[int(step_down)]
        return found
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step_down), None)
    return None


def _at(text: str, offset: int) -> str:
    before = text[:offset]
    return f":{before.count(chr(10)) + 1}:{offset - before.rfind(chr(10))}"
