"""Which addresses may be fetched from: IANA's registries, addresses within addresses, and services of clouds."""

from ipaddress import ip_network

import pytest

from tasks.ingest.fetch.guard import is_public
from tasks.ingest.fetch.special_addresses import special_purpose

SPECIAL = {
    "Private-Use": "10.0.0.1 172.16.0.1 172.31.255.254 192.168.1.1",
    "Loopback": "127.0.0.1 127.255.255.254 ::1",
    "Link": "169.254.1.1 fe80::1 fe80::1%eth0 febf::1",
    "Shared Address Space": "100.64.0.1 100.127.255.254",
    "This network": "0.0.0.0 0.1.2.3",
    "IETF Protocol": "192.0.0.1 192.0.0.170 2001:1::9 2001:1ff::1",
    "Documentation": "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1 3fff:fff::1",
    "Deprecated": "192.88.99.1 2001:10::1",
    "Benchmarking": "198.18.0.1 198.19.255.254 2001:2::1",
    "Multicast": "224.0.0.1 239.255.255.255 ff02::1 ff0e::1",
    "Reserved": "240.0.0.1",
    "Limited Broadcast": "255.255.255.255",
    "Unspecified": "::",
    "Local-Use": "64:ff9b:1::1 64:ff9b:1:ffff::808:808",
    "Discard-Only": "100::1",
    "Dummy": "100:0:0:1::1",
    "Segment Routing": "5f00::1",
    "Unique-Local": "fc00::1 fd12:3456::1",
    "Site-Local": "fec0::1",
    "not allocated": "200::1 4000::1 8000::1 e000::1 64:ff9b:2::1",
}
WITHIN = {
    "127.0.0.1": "::ffff:127.0.0.1 ::ffff:0:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2002:7f00:1::5",
    "10.0.0.7": "::ffff:a00:7 64:ff9b::a00:7 2002:a00:7:: 2001:0:0808:0808::f5ff:fff8 2001:0:a00:7::f7f7:f7f7",
    "by ISATAP": "2606:4700::5efe:10.0.0.7 2606:4700::200:5efe:10.0.0.7",
    "metadata": "::ffff:169.254.169.254 64:ff9b::a9fe:a9fe 2002:a9fe:a9fe::",
}
SERVICES = (
    "169.254.169.254 169.254.170.2 169.254.170.23 fd00:ec2::254 fd20:ce::254 168.63.129.16 ::ffff:168.63.129.16 "
    "100.100.100.200 169.254.0.23 169.254.42.42 fd00:42::42 192.0.0.192"
)
PUBLIC = (
    "8.8.8.8 93.184.216.34 9.255.255.255 11.0.0.0 172.15.0.1 172.32.0.1 100.63.255.255 100.128.0.1 223.255.255.255 "
    "192.0.0.9 192.0.0.10 192.31.196.1 192.52.193.1 192.175.48.1 2606:2800:220:1::1 2a00:1450::1 2001:4860::8888 "
    "2001:1::1 2001:1::2 2001:3::1 2001:4:112::1 2001:20::1 2001:30::1 2001:200::1 2620:4f:8000::1 "
    "::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808:: 2001:0:808:808::f7f7:f7f7"
)


@pytest.mark.parametrize(
    ("name", "address"), [(name, address) for name, addresses in SPECIAL.items() for address in addresses.split()]
)
def test_special_addresses_are_refused_by_their_name(name, address):
    assert not is_public(address)
    assert name in (special_purpose(address) or "")


@pytest.mark.parametrize("address", " ".join([*WITHIN.values(), SERVICES]).split())
def test_addresses_within_addresses_and_services_of_clouds_are_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_are_fetched_from(address):
    assert is_public(address), special_purpose(address)


@pytest.mark.parametrize("address", ["", "nonsense", "127.1", "0177.0.0.1", "2130706433", "1.2.3.4.5", "::g"])
def test_what_is_not_an_address_is_refused(address):
    assert not is_public(address)


# `ipaddress` of Python 3.13: private networks, and those within them that are not
PRIVATE_IN_PYTHON = (
    "0.0.0.0/8 10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.0.170/31 192.0.2.0/24 "
    "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 255.255.255.255/32 ::1/128 ::/128 "
    "64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 3fff::/20 fc00::/7 fe80::/10"
)
PUBLIC_IN_PYTHON = (
    "192.0.0.9/32 192.0.0.10/32 2001:1::1/128 2001:1::2/128 2001:3::/32 2001:4:112::/48 2001:20::/28 2001:30::/28"
)


def test_python_s_own_table_agrees():
    public = [ip_network(network) for network in PUBLIC_IN_PYTHON.split()]
    for network in map(ip_network, PRIVATE_IN_PYTHON.split()):
        for address in (network[0], network[-1], network[network.num_addresses // 2]):
            assert special_purpose(str(address)), address
    assert [str(network) for network in public if not is_public(str(network[-1]))] == []


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 10.1.2.3 172.16.0.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 ::1 fe80::1%eth0 fd00::1
    ::ffff:127.0.0.1 2002:7f00:1:: 64:ff9b::7f00:1 nonsense""".split(),
)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)
