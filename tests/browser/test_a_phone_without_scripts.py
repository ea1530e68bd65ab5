"""No JavaScript at all: from the guide to the answered correction."""

from playwright.async_api import Browser

from tests.browser.test_known_signed_and_for_the_shop import files, without_script
from tests.browser.test_three_things_for_father import (
    an_officer_asks_for_something,
    case_number,
    fill_the_sheet,
    hand_in_photos,
    walk_the_guide,
)
from tests.browser.town import Town


async def test_without_scripts_from_the_guide_to_the_answered_correction(chromium: Browser, town: Town) -> None:
    her = await without_script(chromium, town, "daughter")
    await her.opens("/acting")
    await her.taps("林长福")
    await walk_the_guide(her)
    await her.taps("放进购物车")
    await fill_the_sheet(her)
    await hand_in_photos(her)
    await files(her)
    await her.reads("已送到部门")
    number = await case_number(her.page, "护理补贴")
    await an_officer_asks_for_something(chromium, town, number)
    await her.opens("/cases")
    await her.taps("护理补贴")
    await her.reads("还缺：请补一张正面照片")
    await her.taps("现在就补")
    await her.page.fill("#answer-0", "照片在附件里。")
    await her.taps("交上补正")
    await her.reads("补正已交上")
    await her.page.context.close()
