"""The gallery at /_components is every component's examples, rendered as the product renders them."""

import re

import pytest

from backend.core.assets import Assets
from backend.core.render import Pages

VISITOR = {
    "name": "林小海",
    "principal_name": "林阿公",
    "acting": True,
    "officer": False,
    "staff": False,
    "mandate_lost": False,
    "cart_count": 3,
    "unread": 0,
    "needs_you": 1,
}
HOME = {"needs": [], "offers": [], "scenarios": [], "items": [], "windows": []}


def shown(template: str, **context: object) -> str:
    common = {"lang": "zh-Hans", "mode": "standard", "path": "/", "today": None, "visitor": None}
    return Pages(Assets(), demo=True).render(template, common | context)


def test_the_gallery_shows_every_component():
    html = shown("pages/components/show.html")
    assert html.count("<section aria-labelledby=") >= 17
    assert "None" not in re.sub(r"<[^>]*>", "", html)


def test_every_label_and_description_points_at_something():
    html = shown("pages/components/show.html")
    ids = re.findall(r'\sid="([^"]+)"', html)
    wanted = set(re.findall(r'\sfor="([^"]+)"', html))
    for several in re.findall(r'\saria-(?:describedby|labelledby)="([^"]+)"', html):
        wanted |= set(several.split())
    assert wanted - set(ids) == set()


def test_what_a_person_typed_is_escaped():
    block = '{% from "components/field.html" import text_field %}{{ text_field("n", "名字", value=typed) }}'
    html = Pages(Assets(), demo=True)._env.from_string(block).render(typed='"><script>x</script>')
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("mode", ["standard", "elder"])
def test_home_says_what_to_do_even_with_nothing_to_show(mode: str):
    html = shown("pages/home/show.html", mode=mode, **HOME)
    assert f'data-mode="{mode}"' in html
    assert 'action="/search"' in html
    assert 'href="tel:12345"' in html


def test_who_acts_for_whom_stands_on_every_page():
    html = shown("pages/home/show.html", visitor=VISITOR, **HOME)
    assert "您正在为林阿公办理" in html
    assert shown("pages/home/show.html", visitor=VISITOR | {"acting": False}, **HOME).count("您正在为") == 0


def test_a_page_for_one_task_has_no_tabs_and_no_foot():
    page = Pages(Assets(), demo=False)
    task = '{% extends "layouts/page.html" %}{% block tabs %}{% endblock %}{% block content %}<h1>问</h1>{% endblock %}'
    html = page._env.from_string(task).render(lang="zh-Hans", mode="standard", path="/x", visitor=None)
    assert 'class="has-task"' in html
    assert "<nav" not in html
    assert "<footer" not in html
