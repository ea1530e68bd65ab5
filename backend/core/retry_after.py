"""A Retry-After header (RFC 9110, 10.2.3). Pure."""

from datetime import datetime
from email.utils import parsedate_to_datetime


def seconds_asked(retry_after: str, now: datetime) -> float:
    """Seconds, or a date; 0 when it is neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:6])
    try:
        return max((parsedate_to_datetime(retry_after) - now).total_seconds(), 0)
    except (ValueError, TypeError):
        return 0
