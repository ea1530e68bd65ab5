"""The pictures an app store shows of the product, of a running starter city: `python -m tests.shots http://localhost:8000`.

Written to pwa/icons/ as shot-*.webp; layouts/manifest.json names them with their sizes. Small, because they stand in the repository.
"""

import asyncio
import io
import sys
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright

from tests.browsers import system_chromium
from tests.phones import ARGUMENTS

OUT = Path(__file__).resolve().parents[1] / "pwa" / "icons"
NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
SHOTS = {"shot-home": ("/", NARROW), "shot-item": ("/items/460100-MZ-001", NARROW), "shot-wide": ("/", WIDE)}
HIDDEN = ".ribbon { display: none !important }"  # that it is a demonstration belongs to the demonstration


async def take(base: str) -> None:
    async with async_playwright() as player:
        browser = await player.chromium.launch(
            executable_path=system_chromium(), chromium_sandbox=False, args=ARGUMENTS
        )
        for name, (path, size) in SHOTS.items():
            page = await browser.new_page(viewport=size, locale="zh-CN")
            await page.goto(base + path)
            await page.wait_for_load_state("networkidle")
            picture = await page.screenshot(style=HIDDEN)
            Image.open(io.BytesIO(picture)).convert("RGB").save(OUT / f"{name}.webp", quality=60, method=6)
            await page.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(take(sys.argv[1].rstrip("/")))
