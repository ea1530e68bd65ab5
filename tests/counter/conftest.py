"""The starter city with its cast, and who sits at its counters."""

from tests.cart.conftest import acting, database, loaded, owner, site

__all__ = ["acting", "database", "loaded", "owner", "site"]
