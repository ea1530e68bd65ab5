"""What other authorities know."""

from datetime import datetime
from typing import Any

import msgspec


class RegisterFact(msgspec.Struct, frozen=True):
    """One fact a register vouches for (trust B). `value` is plain JSON as the element's type writes it; `at` is when it was true."""

    element: str
    value: Any
    source: str  # register.population …
    at: datetime
