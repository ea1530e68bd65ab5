"""YAML that cannot be a trap: no references, no depth, no key written twice."""

from collections.abc import Callable, Hashable
from typing import Any

import yaml

MAX_DEEP = 50
LONGEST_NUMBER = 40


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Refuses a key written twice: the first one would be lost without a word. A key `yes` or `no` stays that word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "冒号前面只能是一个词", key.start_mark)
            if key.tag == "tag:yaml.org,2002:bool":
                key.tag = "tag:yaml.org,2002:str"
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"“{key.value}”写了两次", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _marked(read: Callable[[Any, yaml.ScalarNode], Any]) -> Callable[[Any, yaml.ScalarNode], Any]:
    """A number of a million digits or the 45th of a month is refused at its place, not somewhere inside the reader."""

    def construct(loader: Any, node: yaml.ScalarNode) -> Any:
        try:
            if len(node.value) > LONGEST_NUMBER:
                raise ValueError
            return read(loader, node)
        except ValueError:
            raise yaml.constructor.ConstructorError(None, None, "这个数或者日期写得不对", node.start_mark) from None

    return construct


for _kind in ("int", "float", "timestamp"):
    _tag = f"tag:yaml.org,2002:{_kind}"
    _Loader.add_constructor(_tag, _marked(yaml.SafeLoader.yaml_constructors[_tag]))


def read_yaml(text: str, most: int | None = None) -> Any:
    """Plain data of at most so many parts; yaml.YAMLError with its place if it is none."""
    _refuse_traps(text, most)
    return yaml.load(text, _Loader)  # noqa: S506, a SafeLoader


def _refuse_traps(text: str, most: int | None) -> None:
    """Before anything is built: references, a short file of which unfolds into a million times its size, and nesting
    so deep that building it would end the process."""
    deep = 0
    for number, event in enumerate(yaml.parse(text, _Loader)):
        if most is not None and number > most:
            raise yaml.composer.ComposerError(None, None, f"太长了：最多 {most} 个词", event.start_mark)  # type: ignore[arg-type]
        if isinstance(event, yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "不能用 * 引用，请写全", event.start_mark)  # type: ignore[arg-type]
        deep += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if deep > MAX_DEEP:
            raise yaml.composer.ComposerError(None, None, f"套得太深：最多 {MAX_DEEP} 层", event.start_mark)  # type: ignore[arg-type]
