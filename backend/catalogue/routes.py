"""The pages of the catalogue: the search, one item, the published lists. Open to everybody. The shelves are the home's."""

from backend.catalogue import routes_search
from backend.catalogue.routes_forms import ROUTES as FORMS
from backend.catalogue.routes_item import ROUTES as ITEM
from backend.catalogue.routes_lists import ROUTES as LISTS

LIFESPAN = routes_search.LIFESPAN
ROUTES = [*routes_search.ROUTES, *ITEM, *FORMS, *LISTS]
