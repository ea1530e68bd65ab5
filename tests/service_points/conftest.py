"""The same town as the mandates'."""

from tests.mandates.conftest import peopled, site, town_settings

__all__ = ["peopled", "site", "town_settings"]
