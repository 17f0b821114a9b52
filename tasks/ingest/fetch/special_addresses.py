"""IP addresses that are not for the public, by IANA's registries of special-purpose addresses (9 October 2025).

The table was compared with copies of that state of both registries; of 192.0.0.0/24 and 192.88.99.0/24, smaller blocks
that are not reachable either are left out. Networks that Python 3.13 calls private are special here, too
(`tests/unit/ingest/test_guard.py`), and so is what it does not know, e.g. 5f00::/16. The table is
kept here and not taken from Python's `ipaddress`, whose idea of it differs from version to version. Of an
IPv6 address that carries an IPv4 address (mapped, translated or tunnelled), the inner one counts too.
"""

import ipaddress
from collections.abc import Iterator

_GLOBAL = " [globally reachable]"  # marks what the registries call so, and what is judged by the address within it
# https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast from iana-multicast-addresses
_IPV4 = {
    "0.0.0.0/8": "This network (RFC 791)",
    "10.0.0.0/8": "Private-Use (RFC 1918)",
    "100.64.0.0/10": "Shared Address Space (RFC 6598)",
    "127.0.0.0/8": "Loopback (RFC 1122)",
    "169.254.0.0/16": "Link Local (RFC 3927)",
    "172.16.0.0/12": "Private-Use (RFC 1918)",
    "192.0.0.0/24": "IETF Protocol Assignments (RFC 6890)",
    "192.0.0.9/32": "Port Control Protocol Anycast (RFC 7723)" + _GLOBAL,
    "192.0.0.10/32": "Traversal Using Relays around NAT Anycast (RFC 8155)" + _GLOBAL,
    "192.0.2.0/24": "Documentation (TEST-NET-1) (RFC 5737)",
    "192.31.196.0/24": "AS112-v4 (RFC 7535)" + _GLOBAL,
    "192.52.193.0/24": "AMT (RFC 7450)" + _GLOBAL,
    "192.88.99.0/24": "Deprecated (6to4 Relay Anycast) (RFC 7526)",
    "192.168.0.0/16": "Private-Use (RFC 1918)",
    "192.175.48.0/24": "Direct Delegation AS112 Service (RFC 7534)" + _GLOBAL,
    "198.18.0.0/15": "Benchmarking (RFC 2544)",
    "198.51.100.0/24": "Documentation (TEST-NET-2) (RFC 5737)",
    "203.0.113.0/24": "Documentation (TEST-NET-3) (RFC 5737)",
    "224.0.0.0/4": "Multicast (RFC 5771)",
    "240.0.0.0/4": "Reserved (RFC 1112)",
    "255.255.255.255/32": "Limited Broadcast (RFC 8190)",
}
# https://www.iana.org/assignments/iana-ipv6-special-registry. What is not in it is public within 2000::/3 only, the
# part of the address space that is allocated as global unicast.
_IPV6 = {
    "::1/128": "Loopback Address (RFC 4291)",
    "::/128": "Unspecified Address (RFC 4291)",
    "::/96": "IPv4-Compatible, deprecated (RFC 4291)",
    "::ffff:0:0/96": "IPv4-mapped Address (RFC 4291)" + _GLOBAL,
    "::ffff:0:0:0/96": "IPv4-translated (RFC 2765)",
    "64:ff9b::/96": "IPv4-IPv6 Translation (RFC 6052)" + _GLOBAL,
    "64:ff9b:1::/48": "Local-Use IPv4-IPv6 Translation (RFC 8215)",
    "100::/64": "Discard-Only Address Block (RFC 6666)",
    "100:0:0:1::/64": "Dummy IPv6 Prefix (RFC 9780)",
    "2001::/32": "TEREDO (RFC 4380)" + _GLOBAL,
    "2001::/23": "IETF Protocol Assignments (RFC 2928)",
    "2001:1::1/128": "Port Control Protocol Anycast (RFC 7723)" + _GLOBAL,
    "2001:1::2/128": "Traversal Using Relays around NAT Anycast (RFC 8155)" + _GLOBAL,
    "2001:1::3/128": "DNS-SD Service Registration Protocol Anycast (RFC 9665)" + _GLOBAL,
    "2001:2::/48": "Benchmarking (RFC 5180)",
    "2001:3::/32": "AMT (RFC 7450)" + _GLOBAL,
    "2001:4:112::/48": "AS112-v6 (RFC 7535)" + _GLOBAL,
    "2001:10::/28": "Deprecated (previously ORCHID) (RFC 4843)",
    "2001:20::/28": "ORCHIDv2 (RFC 7343)" + _GLOBAL,
    "2001:30::/28": "Drone Remote ID Protocol Entity Tags (RFC 9374)" + _GLOBAL,
    "2001:db8::/32": "Documentation (RFC 3849)",
    "2002::/16": "6to4 (RFC 3056)" + _GLOBAL,
    "2620:4f:8000::/48": "Direct Delegation AS112 Service (RFC 7534)" + _GLOBAL,
    "3fff::/20": "Documentation (RFC 9637)",
    "5f00::/16": "Segment Routing (SRv6) SIDs (RFC 9602)",
    "fc00::/7": "Unique-Local (RFC 4193)",
    "fe80::/10": "Link-Local Unicast (RFC 4291)",
    "fec0::/10": "Site-Local, deprecated (RFC 3879)",
    "ff00::/8": "Multicast (RFC 4291)",
}
# Services that give machines of a cloud their passwords. Some have addresses that the registries count as public.
_METADATA = {
    "169.254.169.254": "metadata of AWS, Azure, Google Cloud, Oracle, DigitalOcean, OpenStack and others",
    "169.254.170.2": "credentials of AWS ECS",
    "169.254.170.23": "credentials of AWS EKS",
    "fd00:ec2::254": "metadata of AWS",
    "fd00:ec2::23": "credentials of AWS EKS",
    "fd20:ce::254": "metadata of Google Cloud",
    "168.63.129.16": "platform services of Azure",
    "100.100.100.200": "metadata of Alibaba Cloud",
    "169.254.0.23": "metadata of Tencent Cloud",
    "169.254.42.42": "metadata of Scaleway",
    "fd00:42::42": "metadata of Scaleway",
    "192.0.0.192": "metadata of Oracle Cloud",
    "fd00:c1::a9fe:a9fe": "metadata of Oracle Cloud",
}
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_LOW_BITS = ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
_NETWORKS: dict[int, list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, str]]] = {
    version: sorted(
        ((ipaddress.ip_network(prefix), name) for prefix, name in table.items()),
        key=lambda row: -row[0].prefixlen,
    )
    for version, table in ((4, _IPV4), (6, _IPV6))
}
_SERVICES = {ipaddress.ip_address(address): name for address, name in _METADATA.items()}


def special_purpose(address: str) -> str | None:
    """What an IP address is for, if it is not a public one: its name in the registry."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "not an IP address"
    for one in (ip, *_inner(ip)):
        if one in _SERVICES:
            return _SERVICES[one]
        name = next((name for network, name in _NETWORKS[one.version] if one in network), None)
        if name is None and one.version == 6 and one not in _GLOBAL_UNICAST:
            return "not allocated as global unicast (RFC 4291)"
        if name is not None and not name.endswith(_GLOBAL):
            return name
    return None


def _inner(ip: Address) -> Iterator[ipaddress.IPv4Address]:
    """The IPv4 addresses that an IPv6 address carries."""
    if isinstance(ip, ipaddress.IPv4Address):
        return
    number = int(ip)
    if any(ip in ipaddress.IPv6Network(prefix) for prefix in _LOW_BITS):
        yield ipaddress.IPv4Address(number & 0xFFFFFFFF)
    if ip in ipaddress.IPv6Network("2002::/16"):
        yield ipaddress.IPv4Address(number >> 80 & 0xFFFFFFFF)
    if ip in ipaddress.IPv6Network("2001::/32"):  # the server, and the client with its bits inverted
        yield ipaddress.IPv4Address(number >> 64 & 0xFFFFFFFF)
        yield ipaddress.IPv4Address(~number & 0xFFFFFFFF)
    if number >> 32 & 0xFFFFFFFF in (0x00005EFE, 0x02005EFE):  # ISATAP (RFC 5214)
        yield ipaddress.IPv4Address(number & 0xFFFFFFFF)
