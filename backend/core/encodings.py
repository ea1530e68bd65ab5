"""Which way of packing a browser takes, by what it says (RFC 9110, 12.5.3): `br;q=0` is a refusal, `*` is all the others."""


def taken(accept: str, ours: tuple[str, ...]) -> list[str]:
    """Those of ours that it takes, what it likes best first, else in our order."""
    said: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, _, rest = part.strip().partition(";")
        said[name.strip()] = _quality(rest)
    likes = {encoding: said.get(encoding, said.get("*", 0.0)) for encoding in ours}
    return sorted((encoding for encoding in ours if likes[encoding] > 0), key=lambda encoding: -likes[encoding])


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
