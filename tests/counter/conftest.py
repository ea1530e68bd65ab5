"""The starter city with its cast, and who sits at its counters."""

from tests.cart.conftest import acting, database, owner, site

__all__ = ["acting", "database", "owner", "site"]
