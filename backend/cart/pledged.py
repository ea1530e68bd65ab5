"""What is kept of a pledge signed in a draft."""

import msgspec


class Pledged(msgspec.Struct, frozen=True):
    """A pledge signed in this draft: the hash of the words she read, the name she wrote under them, how far she was known."""

    text: str = ""
    name: str = ""
    means: str = "name"
