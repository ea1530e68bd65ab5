"""What a phone downloads: counted on the built files, compressed as they are sent."""

import json

import pytest

from backend.core.assets import DIST

pytestmark = pytest.mark.skipif(
    not (DIST / "assets.json").exists(), reason="pwa/dist is not built: npm run build in pwa/"
)


def sent(name: str) -> int:
    names = json.loads((DIST / "assets.json").read_text())
    return (DIST / f"{names[name]}.br").stat().st_size


def test_the_style_sheet_is_under_8_kB():
    assert sent("app.css") <= 8_000
    assert sent("app.css") + sent("desk.css") <= 9_000


def test_all_scripts_with_htmx_are_under_17_kB():
    assert sent("app.js") <= 17_000
    assert (DIST / "sw.js.br").stat().st_size <= 3_000


def test_a_first_visit_leaves_6_kB_for_the_page_itself():
    assert sum(sent(name) for name in ("app.css", "app.js", "icons.svg", "app.svg")) <= 24_000


def test_every_name_carries_the_fingerprint_of_its_content():
    for name, published in json.loads((DIST / "assets.json").read_text()).items():
        stem, ending = name.rsplit(".", 1)
        assert published.startswith(f"{stem}.")
        assert published.endswith(f".{ending}")
        assert len(published) == len(name) + 11
        assert (DIST / published).exists()


def test_the_lock_names_no_registry():
    assert '"resolved"' not in (DIST.parent / "package-lock.json").read_text()
