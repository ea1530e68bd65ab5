"""How fast one network may look at something that is read and not written: counted in this process only.

It spares the machine, it guards no secret: what opens anything has 128 random bits, and what must hold over all processes is
counted in the database (`within_limit`).
"""

from collections import Counter
from datetime import datetime

LOOKS_A_MINUTE = 60


class Pace:
    def __init__(self, most: int, seconds: int) -> None:
        self._most, self._seconds = most, seconds
        self._window, self._counts = 0, Counter[str]()

    def allows(self, who: str, now: datetime) -> bool:
        window = int(now.timestamp()) // self._seconds
        if window != self._window:
            self._window, self._counts = window, Counter()
        self._counts[who] += 1
        return self._counts[who] <= self._most


looks = Pace(LOOKS_A_MINUTE, 60)
"""At what a QR leads to, a paper's or a shown certificate's, page and JSON together."""
scans = Pace(LOOKS_A_MINUTE, 60)
"""At what the code of a shown certificate leads to."""
photographs = Pace(12, 60)
"""Of square codes that the server reads for telephones that cannot."""
