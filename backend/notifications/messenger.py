"""What an adapter to somebody who carries short words must do: the operator's text messages today, a messenger app tomorrow."""

from typing import Protocol

from backend.notifications.model import Answer


class Messenger(Protocol):
    """`send` hands one message over and says how that went; it never raises for what the other side does.

    * SENT: the other side has taken it, in so many words.
    * RETRY: it is certain that it was not taken; it will be sent again, with the same `reference`.
    * FAILED: it never will be: a number that does not exist, words that are refused.
    * UNKNOWN: everything else, such as no answer after the message: it is never sent again.

    `to`: as the other side knows her, opened for this call only, never logged. `text`: at most a few sentences, nothing private
    beyond what docs/notices.md allows. `reference`: ours, the same at each attempt; reports come back under it.
    """

    async def send(self, to: str, text: str, reference: str) -> Answer: ...
