"""A new version of the app is there: the open page goes on as it is, and nothing is taken away that somebody typed."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import BrowserContext, Page

from backend.core.assets import Assets
from pwa.npm import node_and_npm
from tests.pwa.serving import Desk

HERE = Path(__file__).resolve().parents[2] / "pwa"
FORM = '<form method="post" action="/save"><label>地址<input name="address" value="老地方"></label></form>'


def next_version(folder: Path) -> Assets:
    """What a deployment brings: built from the same sources with one more rule in the style sheet."""
    for part in ("css", "js", "icons", "pages", "layouts"):
        shutil.copytree(HERE / part, folder / part)
    for file in ("build.mjs", "sw.js", "package.json"):
        shutil.copy(HERE / file, folder / file)
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    with (folder / "css" / "app.css").open("a") as sheet:
        sheet.write("\n.of-the-next-version { color: red }\n")
    subprocess.run([*node_and_npm()[0], folder / "build.mjs"], check=True, cwd=folder)
    return Assets(folder / "dist")


@contextmanager
def deployed(desk: Desk, assets: Assets) -> Iterator[None]:
    """From now on the server has the new files only, and pages that name them."""
    before, desk.assets = desk.assets, assets
    desk.pages._env.globals["asset"] = assets.url
    yield
    desk.assets = before


async def test_it_says_so_and_waits_for_her(page: Page, phone: BrowserContext, site: str, desk: Desk, tmp_path: Path):
    layout = '{% extends "layouts/page.html" %}{% block content %}<h1>页</h1>'
    desk.sources |= {"/guide": layout + FORM + "{% endblock %}", "/offline": '{% include "pages/offline.html" %}'}
    await page.goto(f"{site}/guide")
    await page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    await page.goto(f"{site}/guide")
    old = desk.assets.url("app.css")
    with deployed(desk, next_version(tmp_path / "pwa")):
        assert desk.assets.url("app.css") != old
        await page.evaluate("navigator.serviceWorker.getRegistration().then(worker => worker.update())")
        bar = page.locator(".newer")
        await bar.get_by_text("有新版本，点这里更新").wait_for()
        assert await page.evaluate(f"fetch('{old}').then(answer => answer.ok)"), "the open page still has its own files"
        await page.fill("[name=address]", "新地方")
        await bar.click()
        await bar.get_by_text("先把这一页交上或存好，再更新。").wait_for()
        assert await page.input_value("[name=address]") == "新地方"
        await page.fill("[name=address]", "老地方")
        async with page.expect_navigation():
            await bar.click()
        assert await page.locator(f'link[href="{desk.assets.url("app.css")}"]').count() == 1
        assert await page.locator(".newer").count() == 0
        await phone.set_offline(True)
        await page.goto(f"{site}/elsewhere")
        await page.get_by_text("现在没有网络").first.wait_for()
        assert await page.evaluate("[...document.styleSheets].every(sheet => sheet.cssRules.length)"), "in its clothes"
        assert await page.evaluate(f"caches.match('{old}').then(kept => !!kept)"), "the last version's are kept too"
        await phone.set_offline(False)
