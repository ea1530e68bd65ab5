"""Draws the PNG icons that phones want from the two SVG files beside it, and those of the shortcuts: python pwa/icons/draw.py (needs the test browser)."""

import asyncio
import json
from pathlib import Path

from playwright.async_api import async_playwright

HERE = Path(__file__).parent
LUCIDE = HERE.parent / "node_modules" / "@iconify-json" / "lucide" / "icons.json"
SHORTCUTS = {"scan": "scan-line", "cases": "list-checks", "cart": "shopping-cart"}
TILE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><rect width="96" height="96" rx="22" fill="#0a558c"/>
<svg x="22" y="22" width="52" height="52" viewBox="0 0 24 24" color="#fff">%s</svg></svg>"""
SIZES = {"app": (180, 192, 512), "maskable": (512,)}


async def draw() -> None:
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path="/usr/bin/chromium", chromium_sandbox=False)
        page = await browser.new_page()
        for name, sizes in SIZES.items():
            svg = (HERE / f"{name}.svg").read_text()
            for size in sizes:
                await page.set_viewport_size({"width": size, "height": size})
                sized = svg.replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)
                await page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{sized}")
                await page.screenshot(path=HERE / f"{name}-{size}.png", omit_background=True)
        glyphs = json.loads(LUCIDE.read_text())["icons"]
        await page.set_viewport_size({"width": 96, "height": 96})
        for name, glyph in SHORTCUTS.items():
            tile = TILE.replace("<svg ", '<svg width="96" height="96" ', 1) % glyphs[glyph]["body"]
            await page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{tile}")
            await page.screenshot(path=HERE / f"shortcut-{name}.png", omit_background=True)
        await browser.close()


asyncio.run(draw())
