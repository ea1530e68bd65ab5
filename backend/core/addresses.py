"""Where a name leads, and whether that is the open internet: asked at the moment of each call to an address that others
gave us. Who calls then connects to the very address that was checked, whatever the name means a moment later."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable

NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], Awaitable[list[str]]]


class NotPublic(Exception):
    """The name leads to an address inside some network: it is not called."""


async def addresses(host: str, port: int) -> list[str]:
    """Every address of a name, at least one; OSError when it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """An address of the open internet: not this machine, not a private, link-local, shared, reserved or mapped one."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return ip.is_global and not ip.is_multicast and all(inner.is_global for inner in _carried(ip))


def _carried(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 address inside an IPv6 one, where it is only a wrapping: mapped, 6to4, NAT64."""
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    translated = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF) if ip in NAT64 else None
    return [inner for inner in (ip.ipv4_mapped, ip.sixtofour, translated) if inner]
