"""The same town as the mandates'."""

from tests.mandates.conftest import site, town_settings

__all__ = ["site", "town_settings"]
