"""The walks both engines take: the daughter for her father, from a life event to a receipt."""

from pathlib import Path

from tests.browser.photos import photo
from tests.browser.test_three_things_for_father import CHOICES, GUIDE, SHEET
from tests.engines.tab import Tab

QUESTION = "document.querySelector('main legend')?.textContent || document.querySelector('main h1')?.textContent"
EMPTY_FIELD = """label => [...document.querySelectorAll('main label')].filter(one => one.textContent.includes(label))
    .map(one => one.control).find(field => field && field.checkVisibility() && !field.value)"""
OPEN_CHOICE = """(legend, choice) => [...document.querySelectorAll('main fieldset')]
    .filter(group => group.textContent.includes(legend) && !group.querySelector('input:checked'))
    .flatMap(group => [...group.querySelectorAll('label')]).find(label => label.textContent.includes(choice))"""
WANTING = "() => document.querySelector('section.material:not(:has(.material-files)) input[type=file]')"
SEND = "() => document.querySelector('section.material:not(:has(.material-files)):has(input[type=file]) form button')"
GIVEN = "document.querySelectorAll('section.material:has(.material-files)').length"


async def for_father(tab: Tab) -> None:
    await tab.opens("/acting")
    await tab.goes_on("林长福")


async def walks_the_guide(tab: Tab) -> None:
    await tab.opens("/")
    await tab.goes_on("家里老人满八十")
    for _ in range(8):
        asked = str(await tab.evaluate(QUESTION))
        answer = next((answer for said, answer in GUIDE.items() if said in asked), None)
        if answer is None:
            break
        await tab.taps(answer)
        await tab.goes_on("下一步")
    await tab.reads("有 3 件事可以办")
    await tab.goes_on("放进购物车")


async def fills_the_sheet(tab: Tab) -> None:
    """Whatever is still open, a page at a time, until nothing is asked any more."""
    for _ in range(12):
        await tab.opens("/cart/sheet")
        if not await tab.evaluate("!!document.querySelector('.actions button')"):
            return
        for label, value in SHEET.items():
            if (field := await tab.element(EMPTY_FIELD, label)) is not None:
                await tab.write(field, value)
        for legend, choice in CHOICES.items():
            if (option := await tab.element(OPEN_CHOICE, legend, choice)) is not None:
                await tab.press(option)
        await tab.leaves_by(".actions button")
    raise AssertionError("the sheet does not end")


async def hands_in_photos(tab: Tab, folder: Path) -> None:
    await tab.opens("/cart/materials")
    picture = folder / "照片.jpg"
    while (field := await tab.element(WANTING)) is not None:
        given = await tab.evaluate(GIVEN)
        picture.write_bytes(photo(900, 600))
        await tab.give(field, picture)
        await tab.evaluate("void (window.before = true)")
        await tab.press(await tab.shown(SEND))
        await tab.until(f"!window.before && {GIVEN} > {given} && document.readyState === 'complete'")


async def files(tab: Tab) -> str:
    """Looks at everything, agrees, one tap; the path of the receipt."""
    await tab.opens("/cart/review")
    await agrees(tab)
    await tab.leaves_by("form[action='/orders'] button[type=submit]")
    await tab.until("location.pathname.startsWith('/orders/')")
    return await tab.path()


async def agrees(tab: Tab) -> None:
    for box in ("#use", "#agree"):
        if await tab.evaluate(f"!!document.querySelector('{box}:not(:checked)')"):
            await tab.presses(box)
            await tab.until(f"document.querySelector('{box}').checked")
