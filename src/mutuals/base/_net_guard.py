"""Which addresses may be called: pure, no socket is opened here.

Refused are private, loopback, link-local, shared (CGNAT), multicast, documentation, benchmark and reserved ranges, the
metadata addresses of clouds, and every IPv6 form that hides such an IPv4 address. Ranges after the IANA special-purpose
registries (RFC 6890 and its updates); the metadata addresses after the clouds' own manuals.
"""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_V4_REFUSED = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # CGNAT, and the metadata address of one cloud
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's host agent at an address that looks public
        "169.254.0.0/16",  # link-local, metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments, and the metadata address of one cloud
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_V6_GLOBAL = ipaddress.IPv6Network("2000::/3")
_V6_REFUSED = tuple(
    ipaddress.IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "3fff::/20")  # protocol assignments with Teredo; documentation
)
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)


def hidden_v4(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for (mapped, NAT64, 6to4, ISATAP), or None."""
    number = int(address)
    if address in _MAPPED or address in _NAT64:
        return ipaddress.IPv4Address(number & 0xFFFF_FFFF)
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address(number >> 80 & 0xFFFF_FFFF)
    if number >> 32 & 0xFFFF_FFFF in _ISATAP:
        return ipaddress.IPv4Address(number & 0xFFFF_FFFF)
    return None


def is_public(text: str) -> bool:
    """Whether a numeric address may be called without being on the allow-list. Not numeric = False."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in net for net in _V4_REFUSED)
    inner = hidden_v4(address)
    if inner is not None and not is_public(str(inner)):
        return False
    if address in _MAPPED or address in _NAT64:
        return True
    return address in _V6_GLOBAL and not any(address in net for net in _V6_REFUSED)


def allow_list(text: str) -> frozenset[tuple[str, int]]:
    """Reads `localhost:8001, 127.0.0.2:80, [::1]:25` into (host, port) pairs.

    Raises ValueError naming the entry it cannot read.
    """
    pairs = set()
    for entry in filter(None, (part.strip() for part in text.split(","))):
        host, _, port = entry.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"The allow-list entry {entry!r} is not host:port.")
        pairs.add((plain_host(host), int(port)))
    return frozenset(pairs)


def plain_host(host: str) -> str:
    """A host as it is compared: lower case, no brackets, no closing dot."""
    return host.strip().strip("[]").rstrip(".").lower()
