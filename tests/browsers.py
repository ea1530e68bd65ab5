"""See that a Chromium and a Chinese font are there before the browser tests: `python -m tests.browsers`.

The system's Chromium first, then Playwright's own, then Debian's package where we are root. Without any, the browser
tests are skipped by name and this says why. `python -m tests.browsers engines` sees that Firefox and WebKit are there.
"""

import os
import shutil
import subprocess
import sys
from functools import cache

FIREFOX = ("firefox-esr", "firefox")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def system_chromium() -> str | None:
    """The path of an installed Chromium; CHROMIUM names another."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


# What WebKit is started by, and Debian's packages of it.
WEBKIT = {"WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb"}


def main(arguments: list[str]) -> int:
    if arguments == ["engines"]:
        return engines()
    if not (system_chromium() or playwrights_own() or debian("chromium")):
        print(
            "No Chromium can be had here: the browser tests will be skipped. Install one (Debian: apt-get install "
            "chromium) or name it in CHROMIUM=/path/to/chromium.",
            file=sys.stderr,
        )
    if not chinese_font() and not debian("fonts-wqy-microhei"):
        print("No Chinese font can be had here: screenshots will show boxes.", file=sys.stderr)
    return 0


def engines() -> int:
    wanted = [] if any(map(shutil.which, FIREFOX)) else ["firefox-esr"]
    wanted += [package for command, package in WEBKIT.items() if shutil.which(command) is None]
    if wanted and not debian(*wanted):
        print(f"Cannot be had here: {', '.join(wanted)}. The journeys in them will be skipped.", file=sys.stderr)
    return 0


def playwrights_own() -> bool:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        if os.path.exists(player.chromium.executable_path):
            return True
    try:
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        return subprocess.run(command, capture_output=True, timeout=300).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def debian(*packages: str) -> bool:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    update_lists()
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL).returncode == 0


@cache
def update_lists() -> None:
    subprocess.run(["apt-get", "update", "-q"], stdout=subprocess.DEVNULL, check=False)


def chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True).stdout.strip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
