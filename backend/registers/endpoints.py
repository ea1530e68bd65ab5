"""Which register is asked where: the operator's file, REGISTERS_FILE (docs/registers.md). Pure."""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

import msgspec

from backend.registers.signatures import BadKey, Key, read_key
from backend.settings import Settings, SettingsError, is_loopback


class Endpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One register's door. `key` signs what we ask, `answer_key` verifies what it says (`hmac-sha256:…`, `ed25519:…`).

    `networks`: where its name may lead when that is not the open internet, such as a government's own network. `patience`: seconds for one try.
    """

    url: str
    key_id: str
    key: str
    answer_key: str
    networks: tuple[str, ...] = ()
    patience: float = 4.0

    @property
    def signs(self) -> Key:
        return read_key(self.key)

    @property
    def verifies(self) -> Key:
        return read_key(self.answer_key)

    def may_lead_to(self, address: str, public: bool) -> bool:
        """Whether its name may mean this address: a public one, or one of the named networks; this machine only where its name says so."""
        ip = ip_address(address.partition("%")[0])
        if is_loopback(urlsplit(self.url).hostname or ""):
            return ip.is_loopback
        return any(ip in ip_network(one) for one in self.networks) if self.networks else public


def endpoints_of(settings: Settings) -> dict[str, Endpoint]:
    """Register → door; empty when all are kept here. SettingsError with everything that is wrong, and no secret."""
    if not settings.registers:
        return {}
    try:
        found = msgspec.json.decode(settings.registers, type=dict[str, Endpoint])
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise SettingsError(f"REGISTERS cannot be read: {error}.") from None
    problems = [f"REGISTERS, {code}: {said}" for code, one in found.items() for said in _problems(one)]
    if problems:
        raise SettingsError("\n".join(problems))
    return found


def _problems(one: Endpoint) -> list[str]:
    problems = []
    parts = urlsplit(one.url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        problems.append("url must begin with https://.")
    if not parts.hostname or parts.username or parts.fragment:
        problems.append("url must name a host, and no user.")
    for name, text in (("key", one.key), ("answer_key", one.answer_key)):
        try:
            read_key(text)
        except BadKey as error:
            problems.append(f"{name} is {error}.")
    try:
        [ip_network(text) for text in one.networks]
    except ValueError:
        problems.append("networks must be written like 10.20.0.0/16.")
    if not 0.1 <= one.patience <= 30:
        problems.append("patience must be from 0.1 to 30 seconds.")
    return problems
