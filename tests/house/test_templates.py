"""What is true of every template: it parses, draws only icons we ship, and needs nothing the strict CSP forbids."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment

PWA = Path(__file__).parents[2] / "pwa"
TEMPLATES = sorted(p for p in PWA.rglob("*.html") if not {"node_modules", "dist"} & set(p.relative_to(PWA).parts))
COMPONENTS = sorted((PWA / "components").glob("*.html"))
LISTS = [(PWA / "icons" / name).read_text().split() for name in ("names.txt", "rare.txt")]
ICONS = set(LISTS[0]) | set(LISTS[1])

FORBIDDEN = {
    "an inline style": r"\sstyle\s*=",
    "an inline handler": r"<[^>{}]*\son[a-z]+\s*=",
    "an inline script": r"<script(?![^>]*\ssrc=)",
    "an unescaped value": r"\|\s*safe\b",
    "an htmx attribute that is no data- attribute": r"[\s\"']hx-[a-z]+[\"']?\s*[=:]",
    "an address outside": r"(?:src|href|action)=\"(?:https?:)?//",
}


@pytest.fixture(scope="module")
def jinja() -> Environment:
    return Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(PWA).as_posix())
def test_a_template_parses_and_respects_the_house_rules(path: Path, jinja: Environment):
    source = path.read_text()
    jinja.parse(source)
    broken = [
        rule for rule, pattern in FORBIDDEN.items() if re.search(pattern, re.sub(r"{#.*?#}", "", source, flags=re.S))
    ]
    assert not broken


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(PWA).as_posix())
def test_every_icon_is_in_the_sprite(path: Path):
    named = set(re.findall(r"(?:icon\(|glyph=|glyph\": )\"([a-z0-9-]+)\"", path.read_text()))
    assert not named - ICONS


def test_the_icons_are_listed_once_in_order():
    lines = (PWA / "icons" / "names.txt").read_text().split()
    assert lines == sorted(set(lines))


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda p: p.stem)
def test_a_component_says_how_to_use_it_and_shows_itself(path: Path):
    source = path.read_text()
    assert source.startswith("{#-\n")
    assert "{% macro examples() -%}" in source
    for macro in re.findall(r"{% macro (\w+)\(", source):
        assert macro in source.split("-#}")[0] or macro in ("examples", "glyph_of", "item_facts"), macro
    assert f'"{path.stem}"' in (PWA / "pages" / "components" / "show.html").read_text()


def test_every_icon_a_city_names_is_in_the_sprite():
    packs = Path(__file__).parents[2] / "backend" / "packs"
    named = {
        glyph for path in packs.rglob("*.yaml") for glyph in re.findall(r"^glyph: ([a-z0-9-]+)", path.read_text(), re.M)
    }
    assert named
    assert not named - ICONS


def test_no_icon_is_sent_that_nobody_draws():
    """Seven stand ready for scenarios of other cities; every other one is named by a template or by the code."""
    ready = {"baby", "building-2", "car", "graduation-cap", "heart", "briefcase", "store"}
    root = Path(__file__).parents[2]
    sources = [*TEMPLATES, *(root / "backend").rglob("*.py"), *(root / "backend" / "packs").rglob("*.yaml")]
    text = "\n".join(path.read_text() for path in sources)
    assert not {name for name in ICONS - ready if not re.search(rf"[\"':\s]{name}[\"'\s]", text)}
