"""What an officer need not read to decide is covered until she opens it, which leaves an event. Pure."""

from backend.catalogue.model import ElementType

COVER = "****"


def veiled(kind: ElementType, words: str) -> str:
    """A phone number, an e-mail address or an address with most of it covered; anything else as it is.

    Identity and card numbers are covered already where answers are put into words.
    """
    match kind:
        case ElementType.phone:
            return f"{words[:3]}{COVER}{words[-2:]}"
        case ElementType.email:
            name, _, host = words.partition("@")
            return f"{name[:2]}{COVER}@{host}"
        case ElementType.address:
            return f"{words[:3]}{COVER}"
    return words
