"""Which push services may be called at all. Pure: what an address says of itself; where it leads is checked at sending.

A subscription's endpoint is an address a stranger gives us to call: unchecked, it would make the worker knock on doors
inside its own network.
"""

from urllib.parse import urlsplit

from backend.core.i18n import _
from backend.settings import is_loopback

LONGEST = 2048
# The push services of the browsers; PUSH_ALLOWED replaces the list ("none": no push leaves this installation).
BROWSERS = (
    "fcm.googleapis.com",
    "*.push.apple.com",
    "updates.push.services.mozilla.com",
    "*.notify.windows.com",
)
REFUSED = _("这个浏览器的提醒服务我们还不支持。消息都会放在收件箱里，不会漏。")


def allowed(endpoint: str, listed: tuple[str, ...]) -> bool:
    """https, the usual port, no user name, a listed host. A listed origin such as http://127.0.0.1:9000 is for tests and demos."""
    if len(endpoint) > LONGEST or not endpoint.isascii() or not endpoint.isprintable() or "\\" in endpoint:
        return False
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or parts.fragment:
        return False
    if is_test_origin(endpoint, listed):
        return True
    return parts.scheme == "https" and port in (None, 443) and any(_matches(host, one) for one in listed or BROWSERS)


def is_test_origin(endpoint: str, listed: tuple[str, ...]) -> bool:
    """Whether it begins with a listed origin on this machine itself: the only one reached without TLS and by a private address."""
    parts = urlsplit(endpoint)
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin in listed and is_loopback(parts.hostname or "")


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern
