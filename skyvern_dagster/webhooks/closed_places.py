"""Places that nothing of ours ever connects to for somebody else, whatever is allowed.

The services of clouds that hand out a machine's own credentials, and this deployment itself: its
API, Dagster's webserver and code server, which trust what comes from the machine.
"""

from __future__ import annotations

import ipaddress
import socket
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_METADATA = tuple(
    ipaddress.ip_network(each)
    for each in (
        "169.254.0.0/16",  # AWS, Google, Azure, Oracle, DigitalOcean, ...; ECS and EKS tasks
        "fd00:ec2::/32",  # AWS
        "fd20:ce::254/128",  # Google
        "100.100.100.200/32",  # Alibaba
        "168.63.129.16/32",  # Azure's host
        "192.0.0.192/32",  # Oracle's earlier one
    )
)
_METADATA_NAMES = ("metadata.google.internal", "metadata.goog", "metadata", "instance-data")


def is_metadata(ip: Address) -> bool:
    """Whether a cloud's metadata service is there, also where the address is wrapped in another."""
    inner = wrapped(ip)
    return any(each.version == inner.version and inner in each for each in _METADATA)


def is_metadata_name(host: str) -> bool:
    """Whether a host is a name that clouds have for it."""
    return host in _METADATA_NAMES or host.endswith((".metadata.goog", ".ec2.internal"))


def wrapped(ip: Address) -> Address:
    """The IPv4 address in an IPv6 one; otherwise the address itself."""
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        return ip if inner is None else inner
    return ip


@lru_cache(maxsize=1024)
def is_this_machine(ip: Address) -> bool:
    """Whether connecting to an address ends on this machine."""
    own = wrapped(ip)
    if own.is_loopback or own.is_unspecified:
        return True
    family = socket.AF_INET if isinstance(own, ipaddress.IPv4Address) else socket.AF_INET6
    try:
        # Only a machine's own addresses can be bound to.
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(own), 0))
    except OSError:
        return False
    return True
