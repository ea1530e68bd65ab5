"""What a city says of credit tiers (信易批). Read by way of `model.py`."""

from __future__ import annotations

import msgspec


class Credit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`elements`: kind of party → the element that holds its tier. `ordinary`: tiers that change nothing, among them the one that
    counts where nothing is known. `tiers`: what each means, `repair`: how one gets better, in people's words.
    """

    elements: dict[str, str]
    ordinary: tuple[str, ...]
    tiers: dict[str, str]
    repair: str
