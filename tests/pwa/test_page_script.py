"""What the page script adds to pages that already work: driven in a real browser under the real security policy."""

import asyncio
import io
import secrets

from PIL import Image
from playwright.async_api import BrowserContext, Page

from tests.pwa.serving import Desk

LAYOUT = '{% extends "layouts/page.html" %}'
OFFLINE = '{% include "pages/offline.html" %}'


def page_of(content: str, imports: str = "") -> str:
    return LAYOUT + imports + "{% block content %}<h1>页</h1>" + content + "{% endblock %}"


async def until(condition, seconds: float = 5) -> None:
    """Waits for something another thread does."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.02)


async def shown(page: Page, expression: str, seconds: float = 5) -> None:
    """Waits until the expression holds in the page; evaluated from outside, because the policy forbids eval inside."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await page.evaluate(expression):
        assert asyncio.get_running_loop().time() < deadline, expression
        await asyncio.sleep(0.03)


def photo(width: int, height: int) -> bytes:
    """Noise does not compress, so this is as heavy as a phone's photo."""
    small = Image.frombytes("RGB", (width // 4, height // 4), secrets.token_bytes(width // 4 * (height // 4) * 3))
    out = io.BytesIO()
    small.resize((width, height)).save(out, "JPEG", quality=97)
    return out.getvalue()


async def test_a_second_tap_does_not_send_the_form_again(desk: Desk, site: str, page: Page):
    desk.sources["/f"] = page_of('<form method="post" action="/filed"><button>提交</button></form>')
    await page.goto(f"{site}/f")
    await page.evaluate("() => { const b = document.querySelector('main button'); b.click(); b.click(); b.click(); }")
    await until(lambda: desk.posted)
    await asyncio.sleep(0.5)
    assert [path for path, _ in desk.posted] == ["/filed"]


async def test_a_heavy_photo_is_shrunk_before_it_is_sent(desk: Desk, site: str, page: Page):
    imports = '{% from "components/field.html" import file_field %}'
    form = '<form method="post" action="/photo" enctype="multipart/form-data">{{ file_field("p", "照片") }}<button>交</button></form>'
    desk.sources["/f"] = page_of(form, imports)
    await page.goto(f"{site}/f")
    heavy = photo(3200, 2400)
    assert len(heavy) > 1_500_000
    await page.set_input_files("#p", {"name": "card.jpeg", "mimeType": "image/jpeg", "buffer": heavy})
    await shown(page, "document.getElementById('p').files[0].name === 'card.jpg'")
    width, size = await page.evaluate(
        "async () => { const f = document.getElementById('p').files[0]; return [(await createImageBitmap(f)).width, f.size] }"
    )
    assert width == 1600
    assert size < len(heavy) / 2
    assert await page.text_content("#toast")


async def test_a_small_photo_and_a_pdf_are_left_alone(desk: Desk, site: str, page: Page):
    desk.sources["/f"] = page_of(
        '{{ file_field("p", "照片") }}', '{% from "components/field.html" import file_field %}'
    )
    await page.goto(f"{site}/f")
    for name, kind, content in (("a.png", "image/png", b"x" * 900), ("b.pdf", "application/pdf", b"x" * 900_000)):
        await page.set_input_files("#p", {"name": name, "mimeType": kind, "buffer": content})
        await asyncio.sleep(0.1)
        assert await page.evaluate("document.getElementById('p').files[0].name") == name


async def test_the_live_part_follows_the_server_and_says_so(desk: Desk, site: str, page: Page):
    part = '{% call live("story", "/stream", say="进度有更新了") %}<p>第 {{ changes }} 步</p>{% endcall %}'
    desk.sources["/case"] = page_of(part, '{% from "components/live.html" import live %}')
    await page.goto(f"{site}/case")
    assert await page.text_content("#story") == "第 0 步"
    desk.changes = 1
    await shown(page, "document.getElementById('story').textContent === '第 1 步'")
    assert await page.text_content("#toast") == "进度有更新了"


async def test_the_unread_number_on_the_tab_follows_the_inbox(desk: Desk, site: str, page: Page):
    number = "document.querySelector('.tabs [href=\"/me\"] .count')"
    desk.sources["/f"] = page_of("<p>正文</p>")
    for unread in (7, 0):
        desk.unread = unread
        await page.goto(f"{site}/f")
        await shown(page, f"!{number}" if not unread else f"{number}?.firstChild.data === '{unread}'")
        if unread:
            assert await page.inner_text(".tabs [href='/me'] .count .sr") == "条未读"


async def test_an_update_leaves_open_what_is_open_and_the_focus_where_it_is(desk: Desk, site: str, page: Page):
    part = '<details><summary>为什么</summary>因为</details><a href="/x">补</a><p id="n">{{ changes }}</p>'
    desk.sources["/case"] = page_of(
        '{% call live("story", "/stream") %}' + part + "{% endcall %}", '{% from "components/live.html" import live %}'
    )
    await page.goto(f"{site}/case")
    await page.click("summary")
    await page.focus("#story a")
    desk.changes = 1
    await shown(page, "document.getElementById('n').textContent === '1'")
    assert await page.evaluate("document.querySelector('#story details').open")
    assert await page.evaluate("document.activeElement.getAttribute('href')") == "/x"


async def test_nothing_is_said_when_nothing_has_changed(desk: Desk, site: str, page: Page):
    desk.sources["/case"] = page_of(
        '{% call live("story", "/stream") %}<details><summary>为什么</summary>因为</details>{% endcall %}',
        '{% from "components/live.html" import live %}',
    )
    await page.goto(f"{site}/case")
    await page.click("summary")
    desk.changes = 1
    await asyncio.sleep(0.5)
    assert await page.text_content("#toast") == ""


async def test_an_htmx_request_without_network_is_said_in_words(
    desk: Desk, site: str, page: Page, phone: BrowserContext
):
    desk.sources["/h"] = page_of('<button data-hx-get="/part" data-hx-target="#x">看</button><p id="x"></p>')
    await page.goto(f"{site}/h")
    await phone.set_offline(True)
    await page.click("main button")
    await shown(page, "document.getElementById('toast').textContent.includes('没有网络')")


async def test_the_focus_goes_to_the_list_of_problems(desk: Desk, site: str, page: Page):
    imports = '{% from "components/error_summary.html" import error_summary %}{% from "components/field.html" import text_field %}'
    desk.sources["/f"] = page_of(
        '{{ error_summary({"card": "卡号少了一位"}) }}{{ text_field("card", "卡号", error="卡号少了一位") }}', imports
    )
    await page.goto(f"{site}/f")
    assert await page.evaluate("document.activeElement.id") == "problems"
    await page.click("#problems a")
    assert await page.evaluate("document.activeElement.id") == "card"


async def test_a_guide_seen_once_is_there_without_network_and_a_private_page_is_not(
    desk: Desk, site: str, page: Page, phone: BrowserContext
):
    desk.sources |= {"/guide": page_of("<p>指南</p>"), "/mine": page_of("<p>我的办件</p>"), "/offline": OFFLINE}
    await page.goto(f"{site}/guide")
    await page.evaluate("navigator.serviceWorker.ready")
    await shown(page, "navigator.serviceWorker.controller !== null")
    await page.goto(f"{site}/guide")
    await page.goto(f"{site}/mine")
    await phone.set_offline(True)
    await page.goto(f"{site}/guide")
    assert "指南" in await page.inner_text("main")
    await page.goto(f"{site}/mine")
    assert "现在没有网络" in await page.inner_text("main")
    assert "我的办件" not in await page.inner_text("main")


async def test_signing_out_wipes_what_was_kept_for_offline_reading(desk: Desk, site: str, page: Page):
    desk.sources |= {
        "/guide": page_of('<form method="post" action="/out" data-wipe><button>退出</button></form>'),
        "/offline": OFFLINE,
    }
    await page.goto(f"{site}/guide")
    await shown(page, "navigator.serviceWorker.controller !== null")
    await page.goto(f"{site}/guide")
    await shown(page, "async () => !!await caches.match('/guide')")
    await page.click("main button")
    await shown(page, "async () => !await caches.match('/guide')")


async def test_a_push_service_that_never_answers_ends_in_words(
    desk: Desk, site: str, page: Page, phone: BrowserContext
):
    desk.sources |= {
        "/me": page_of('{{ push_offer("BKey") }}', '{% from "components/live.html" import push_offer %}'),
        "/offline": OFFLINE,
    }
    await phone.grant_permissions(["notifications"], origin=site)
    await page.add_init_script("PushManager.prototype.subscribe = () => new Promise(() => {});")
    await page.goto(f"{site}/me")
    await page.click("[data-push] button")
    assert "正在打开提醒" in await page.inner_text("[data-push]")
    await shown(page, "document.querySelector('[data-push] p').textContent.includes('收件箱')", 12)


async def test_a_push_subscription_reaches_the_server(desk: Desk, site: str, page: Page, phone: BrowserContext):
    desk.sources |= {
        "/me": page_of('{{ push_offer("BKey") }}', '{% from "components/live.html" import push_offer %}'),
        "/offline": OFFLINE,
    }
    await phone.grant_permissions(["notifications"], origin=site)
    await page.add_init_script(
        "PushManager.prototype.subscribe = async () => ({ endpoint: 'https://push.example/1' });"
    )
    await page.goto(f"{site}/me")
    await page.click("[data-push] button")
    await until(lambda: desk.posted)
    assert desk.posted[0][0] == "/push/subscription"
    assert b"push.example/1" in desk.posted[0][1]
    await shown(page, "document.querySelector('[data-push] p').textContent.includes('好了')")
