"""A running site with the starter city and its cast, loaded once for all of these tests."""

from tests.cart.conftest import database, owner, site

__all__ = ["database", "owner", "site"]
