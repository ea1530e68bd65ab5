"""The starter city with its cast, among them the keeper of a registered noodle shop and her waiter."""

from tests.cart.conftest import acting, database, owner, site

__all__ = ["acting", "database", "owner", "site"]
