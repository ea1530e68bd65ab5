"""In Firefox: the office asks, Firefox itself decrypts the push, our worker shows it, one tap opens the case, he answers."""

from tests.browser.test_a_case_is_worked_on_and_watched import filed
from tests.browser.test_a_push_reaches_the_phone import soon
from tests.browser.town import Town
from tests.engines.firefox import Firefox
from tests.engines.tab import Tab
from tests.fakes.autopush import Autopush

# What Firefox shows outside the page, and a finger on it.
SHOWN = """[...Services.wm.getEnumerator('alert:alert')].map(one => one.document).map(alert =>
    [alert.getElementById('alertTitleLabel').value, alert.getElementById('alertTextLabel').textContent])"""
TAPPED = "void [...Services.wm.getEnumerator('alert:alert')].at(-1).document.getElementById('alertBox').click()"


async def test_the_office_asks_and_a_tap_on_the_notification_leads_to_the_answer(
    fox: Firefox, town: Town, push: Autopush
) -> None:
    father = await fox.tab(town.base)
    await father.signs_in("father")
    await allows_notifications(father)
    number = await filed(town, "father")
    officer = await fox.tab(town.base)
    await officer.signs_in("officer-civil")
    await asks_for_more(officer, number)

    ((title, text),) = await soon(lambda: fox.in_chrome(SHOWN))
    assert (title, text) == ("有一件事需要您", "请在期限前补一下，点一下看缺什么。"), (
        "nothing personal on a locked phone"
    )
    assert {"Content-Encoding": "aes128gcm", "Urgency": "high"}.items() <= push.sent[-1].items()
    await fox.in_chrome(TAPPED)
    await father.until(f"location.pathname === '/cases/{number}'")

    await father.goes_on("现在就补")
    await father.fills("#answer-0", "平时是女儿照顾。")
    await father.goes_on("交上补正")
    await father.reads("补正已交上")
    await officer.opens(f"/desk/cases/{number}")
    await officer.reads("平时是女儿照顾。")


async def test_signed_out_the_phone_is_told_nothing_more(fox: Firefox, town: Town, push: Autopush) -> None:
    wife = await fox.tab(town.base)
    before = len(push.channels)
    await wife.signs_in("spouse")
    await allows_notifications(wife)
    assert len(push.channels) == before + 1
    await wife.signs_out()
    await wife.until(
        "navigator.serviceWorker.ready.then(worker => worker.pushManager.getSubscription()).then(none => !none)"
    )
    assert len(push.channels) == before, "the push service would still wake this phone"


async def allows_notifications(tab: Tab) -> None:
    await tab.opens("/inbox")
    await tab.goes_on("在这台手机上提醒我")
    await tab.leaves_by("#push button")
    await tab.until("location.pathname === '/inbox'")
    await tab.taps("在这台手机上提醒我")
    await tab.reads("好了，有进展会在这台手机上提醒您。")


async def asks_for_more(officer: Tab, number: str) -> None:
    await officer.opens(f"/desk/cases/{number}")
    asking = "form:has([name=move][value=correction_asked])"
    await officer.presses(f"{asking} summary")
    await officer.fills(f"{asking} [name='correction_asked.defects']", "请写明平时谁在照顾老人。")
    await officer.leaves_by(f"{asking} button[type=submit]")
    await officer.reads("办好了")
