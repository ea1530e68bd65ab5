"""The built assets, served without a database."""

from collections.abc import Iterator

import pytest

from backend.core.assets import DIST
from tests.pwa.serving import Desk, serving


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/pwa/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def desk() -> Desk:
    if not (DIST / "assets.json").exists():
        pytest.skip("pwa/dist is not built: npm run build in pwa/")
    return Desk()


@pytest.fixture
def site(desk: Desk) -> Iterator[str]:
    with serving(desk) as address:
        yield address
