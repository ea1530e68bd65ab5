"""Draws the PNG icons that phones want from the two SVG files beside it: python pwa/icons/draw.py (needs the test browser)."""

import asyncio
from pathlib import Path

from playwright.async_api import async_playwright

HERE = Path(__file__).parent
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
        await browser.close()


asyncio.run(draw())
