"""What a person calls the thing in her hand, out of what its browser says. Pure; only ever shown to herself."""

PLACES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "鸿蒙手机"), ("OpenHarmony", "鸿蒙手机"), ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"), ("Macintosh", "苹果电脑"), ("Linux", "Linux 电脑"),
)  # fmt: skip
BROWSERS = (
    ("MicroMessenger", "微信"), ("HuaweiBrowser", "华为浏览器"), ("MiuiBrowser", "小米浏览器"), ("Edg", "Edge"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip


def device_of(user_agent: str) -> str:
    """安卓手机 · 微信; empty when it says nothing we know."""
    place = next((words for sign, words in PLACES if sign in user_agent), "")
    browser = next((words for sign, words in BROWSERS if sign in user_agent), "")
    return " · ".join(filter(None, (place, browser)))
