"""What is wrong with a page as a person meets it, measured in a real browser. Every measure answers with faults in words; none at best."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import CDPSession, Page

BYTES, REQUESTS = 30_000, 6  # of a page that somebody may begin with
MORE_BYTES, MORE_REQUESTS = 12_000, 5  # of one behind the sign-in, beyond what every page has in common
CHOSEN = ("/static/looks.",)  # comes with a choice, and a choice is made on a page that has everything else
SHELL = ("/static/app.", "/static/icons.", "/static/looks.")
DENSE = 24  # the desk is for a mouse: WCAG 2.2's own minimum
TARGET = {"standard": 44, "elder": 60}
CONTRAST = {"standard": 4.5, "elder": 7}
TEXT = {"standard": 12, "elder": 18}
WAITED_FOR = ("Document", "Stylesheet", "Script", "Image", "Font", "Manifest", "Other")
OWN_PICTURES = ("/files/", "/documents/")  # her photos are hers, not ours to make small

SMALL_TARGETS = """least => [...document.querySelectorAll('a, button, input, select, textarea, summary')].filter(e => {
    const label = e.closest('label.option, .item'), box = (label || e).getBoundingClientRect();
    const inText = e.matches('p a, dd a, li a:not([class]), .notice a:not([class])') || e.matches('.skip, [type=hidden]');
    return !inText && box.width && Math.round(box.height) < least;
  }).map(e => `target of ${Math.round(e.getBoundingClientRect().height)} px: ${e.outerHTML.slice(0, 90)}`)"""

# Every element that holds words of its own, with the colours the cascade left it.
WORDS = """
  const words = [...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
    && !e.closest('.sr, .skip, option, noscript, script, [disabled], [aria-disabled=true]') && e.getClientRects().length && getComputedStyle(e).visibility === 'visible');
"""
WEAK = (
    "({contrast, size}) => {"
    + WORDS
    + """
  const rgb = text => { const n = text.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; };
  const over = (top, under) => [0, 1, 2].map(i => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const ground = e => {
    const stack = [];
    for (let at = e; at; at = at.parentElement) stack.unshift(rgb(getComputedStyle(at).backgroundColor));
    return stack.reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ratio = (a, b) => { const [dim, bright] = [light(a), light(b)].sort((x, y) => x - y); return (bright + .05) / (dim + .05); };
  const told = (e, what) => `${what}: ${e.localName}.${e.getAttribute('class')} ${e.textContent.trim().slice(0, 20)}`;
  return words.flatMap(e => {
    const style = getComputedStyle(e), under = ground(e);
    const ink = rgb(e.namespaceURI.endsWith('svg') ? style.fill : style.color);
    const seen = ratio(over(ink, under), under);
    // Letters of a drawing grow with it: what counts is their size on the screen.
    const high = parseFloat(style.fontSize) * (e.getScreenCTM ? e.getScreenCTM().a : 1);
    return [...(seen < contrast - .005 ? [told(e, `contrast ${seen.toFixed(2)}`)] : []), ...(high < size - .05 ? [told(e, `${high} px text`)] : [])];
  });
}"""
)
MOVING = """() => [...document.querySelectorAll('*')].filter(e => { const style = getComputedStyle(e);
    return style.animationName !== 'none' || style.transitionDuration.split(',').some(d => parseFloat(d)); })
  .map(e => `moves under reduced motion: ${e.localName}.${e.getAttribute('class')}`)"""
OVER = """() => [...document.querySelectorAll('body *')].filter(e => ['fixed', 'sticky'].includes(getComputedStyle(e).position)
  && e.getClientRects().length).map(e => `stands over the text at 400 %: ${e.className}`)"""
SHIFT = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(e => { sum += e.hadRecentInput ? 0 : e.value; })).observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => done(sum >= .05 ? [`layout shift ${sum.toFixed(4)}`] : []), 20);
})"""
# Help is always the telephone, always in the header, and nobody is sent through the page in an order of its own.
HELP = """() => [...(document.querySelector('header a[href^="tel:"]') ? [] : ['no telephone in the header']),
  ...(document.querySelectorAll('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])').length ? ['an order of its own for the tab key'] : []),
  ...(document.querySelectorAll('h1').length === 1 ? [] : [`${document.querySelectorAll('h1').length} h1`])]"""


async def broken_rules(page: Page, *, colours: bool = True) -> list[str]:
    """axe, every rule; without colours where a stricter measure of ours looks at them."""
    options = {} if colours else {"rules": {"color-contrast": {"enabled": False}}}
    found = (await Axe().run(page, options=options)).response["violations"]
    return [f"axe {v['id']}: {v['nodes'][0]['html'][:160]}" for v in found]


async def sideways(page: Page) -> list[str]:
    """At the context's 320 px, and at 400 % zoom of a 1280×1024 screen, where besides nothing may stand over the text."""
    wide, size = [], page.viewport_size
    assert size
    for height in (size["height"], 256):
        await page.set_viewport_size({"width": size["width"], "height": height})
        wide.append(await page.evaluate("document.documentElement.scrollWidth"))
    over = await page.evaluate(OVER)
    await page.set_viewport_size(size)
    return [f"{w} px wide" for w in wide if w > size["width"]] + over


async def looks(page: Page, mode: str, *, desk: bool = False) -> list[str]:
    """Targets, contrast in light and dark, size of the words, motion."""
    wanted = {"contrast": CONTRAST[mode], "size": 11 if desk else TEXT[mode]}
    found: list[str] = await page.evaluate(SMALL_TARGETS, DENSE if desk else TARGET[mode])
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found += [f"{scheme}: {weak}" for weak in await page.evaluate(WEAK, wanted)]
    return found + await page.evaluate(MOVING)


class Wire:
    """What one page costs on its first visit: bytes with headers as they came over the wire, and who was asked. What a page
    asks for once it stands (an event stream, a count) is not waited for by anybody and is no part of it."""

    def __init__(self, session: CDPSession, base: str) -> None:
        self.base, self.session = base, session
        self.asked: dict[str, tuple[str, str]] = {}  # request → (address, what for)
        self.bytes: dict[str, float] = {}  # address → bytes

    @classmethod
    async def on(cls, page: Page, base: str) -> "Wire":
        session = await page.context.new_cdp_session(page)
        wire = cls(session, base)
        session.on("Network.requestWillBeSent", wire._sent)
        session.on("Network.loadingFinished", wire._came)
        await session.send("Network.enable")
        await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        return wire

    def _sent(self, event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith(("data:", "blob:")):
            self.asked[event["requestId"]] = event["request"]["url"], event.get("type", "Other")

    def _came(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self.asked:
            self.bytes[self.asked[event["requestId"]][0]] = event["encodedDataLength"]

    def begin(self) -> None:
        self.asked.clear()
        self.bytes.clear()

    def faults(self, *, first: bool) -> list[str]:
        """`first`: anybody may begin with this page, so everything it needs counts."""
        asked = {
            url.removeprefix(self.base): self.bytes.get(url, 0)
            for url, kind in self.asked.values()
            if kind in WAITED_FOR
        }
        counted = {
            at: size for at, size in asked.items() if not at.startswith((*OWN_PICTURES, *(CHOSEN if first else SHELL)))
        }
        bytes_, requests = (BYTES, REQUESTS) if first else (MORE_BYTES, MORE_REQUESTS)
        total = sum(counted.values())
        return [
            *(f"third party: {url}" for url, _kind in self.asked.values() if not url.startswith(self.base)),
            *([f"{total:.0f} bytes: {counted}"] if total > bytes_ else []),
            *([f"{len(counted)} requests: {sorted(counted)}"] if len(counted) > requests else []),
        ]
