"""What the starter city quotes stands in the law, word for word. Needs the statutes beside the real catalogues."""

import os
import re
from pathlib import Path

import pytest

from backend.catalogue.pack_read import read_pack

LAWS = Path(os.environ.get("CATALOGUE_DATA", "/nowhere")) / "laws"
PACK = read_pack()
CITED = sorted({basis for item in PACK.items.values() for basis in item.basis if basis.law}, key=str)


@pytest.mark.skipif(not LAWS.is_dir(), reason="CATALOGUE_DATA names no folder with the statutes")
@pytest.mark.parametrize("basis", CITED, ids=lambda basis: f"{basis.law}{basis.article}")
def test_a_quotation_stands_in_its_article(basis):
    name = basis.law.removeprefix("中华人民共和国")
    found = next(path for path in LAWS.glob("*.md") if path.name.startswith(name))
    # An article begins a line; a reference to one stands within.
    begins = r"^第[一二三四五六七八九十百]+条\s"
    article = re.search(rf"^{basis.article}\s(.*?)(?={begins}|\Z)", found.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert article is not None
    assert plain(basis.says) in plain(re.sub(r"\s", "", article[1]))


def plain(text: str) -> str:
    """Punctuation differs between prints of the same law."""
    return re.sub(r"[^\w]", "", text)


def test_something_is_cited():
    assert CITED
