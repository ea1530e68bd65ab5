"""What somebody hears who does not see: home, sheet and receipt as the browser tells them to a screen reader.

The kept texts in transcripts/ are for reading: does each page make sense by ear alone? Numbers and dates are left out (…). After a
change that is meant, TRANSCRIPTS=write puts down what is said now.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from playwright.async_api import Browser

from tests.bench.pages import moved_in
from tests.browser.conftest import Person
from tests.browser.town import Town
from tests.walk import enter

KEPT = Path(__file__).parent / "transcripts"
# What is said before the name; what has no word here is said as plain text, or not at all.
ROLES = {
    "heading": "标题", "link": "链接", "button": "按钮", "textbox": "输入框", "searchbox": "搜索框", "radio": "单选", "checkbox": "复选",
    "combobox": "下拉框", "image": "图", "navigation": "导航", "banner": "页眉", "main": "正文", "contentinfo": "页脚", "list": "列表",
    "complementary": "旁注", "status": "状态", "group": "一组", "radiogroup": "一组", "form": "表单", "region": "区域", "progressbar": "进度",
    "DisclosureTriangle": "可展开", "Date": "日期", "search": "搜索", "StaticText": "",
}  # fmt: skip
WHOLE = {"link", "button", "textbox", "searchbox", "radio", "checkbox", "combobox", "image", "DisclosureTriangle", "StaticText", "progressbar"}  # fmt: skip
CHANGING = re.compile(r"\b[A-Z]?\d[\dA-Z]{7,}\b|\d+ 年|\d+ 月 \d+ 日(（周.）)?|\d\d:\d\d|周[一二三四五六日]")
COUNTS = re.compile(r" \d+ (条未读|件需要您)")  # come when the worker gets to it


async def test_three_pages_by_ear(chromium: Browser, town: Town) -> None:
    _case, order = await moved_in(replace(town.settings, demo=True))
    context = await chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", service_workers="block"
    )
    she = Person(await context.new_page(), town)
    await she.opens("/")
    said = {"home": await spoken(she)}
    await enter(context, town.base, "daughter for father")
    await she.opens("/cart/sheet?all=1")
    said["sheet"] = await spoken(she)
    await she.opens(order)
    while "打开这份证照" not in (text := await spoken(she)):  # the worker makes it; the test's own time limit ends this
        await she.opens(order)
    said["receipt"] = text
    await context.close()
    for name, text in said.items():
        if os.environ.get("TRANSCRIPTS") == "write":
            (KEPT / f"{name}.txt").write_text(text, "utf-8")
        assert text == (KEPT / f"{name}.txt").read_text("utf-8"), f"{name} is told otherwise than before"


async def spoken(person: Person) -> str:
    session = await person.page.context.new_cdp_session(person.page)
    nodes = (await session.send("Accessibility.getFullAXTree"))["nodes"]
    known = {node["nodeId"]: node for node in nodes}
    return "\n".join(CHANGING.sub("…", COUNTS.sub("", line)) for line in told(nodes[0], known)) + "\n"


def told(node: dict[str, Any], known: dict[str, dict[str, Any]]) -> Iterator[str]:
    role, name = node["role"]["value"], node.get("name", {}).get("value", "").strip()
    if not node["ignored"] and role in ROLES and (name or role not in WHOLE):
        state = states_of(node)
        line = f"{ROLES[role]}：{name}" if ROLES[role] and name else ROLES[role] or name
        if name or role in ("banner", "main", "contentinfo", "list"):
            yield line + (f"（{'，'.join(state)}）" if state else "")
        if role in WHOLE:
            return
    for child in node.get("childIds", []):
        if child in known and not (role == "heading" and known[child]["role"]["value"] == "StaticText"):
            yield from told(known[child], known)


def states_of(node: dict[str, Any]) -> list[str]:
    found = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
    value = str(node.get("value", {}).get("value", "")).strip()
    return [
        *([f"第 {found['level']} 级"] if node["role"]["value"] == "heading" else []),
        *([f"现在是 {value}"] if value else []),
        *(["已选"] if found.get("checked") == "true" else []),
        *(["当前"] if found.get("current") not in (None, "false") else []),
        *(["收起"] if found.get("expanded") is False else []),
        *(["有误"] if found.get("invalid") == "true" else []),
    ]
