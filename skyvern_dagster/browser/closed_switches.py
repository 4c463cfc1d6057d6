"""Switches that keep a Chromium of ours away from places that nothing may open, in any mode.

What a page connects to is decided in Chromium's network service: documents, frames, scripts'
requests, WebSockets, redirects. Literals and names are mapped to nowhere. Any other name could
resolve to such a place, also only at the second look (DNS rebinding): where the port is one of ours
or the metadata services', a proxy of this process asks for the name and connects to what it has
checked. All other connections go their way directly, at no cost.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence

_METADATA_PORT = 80
"""Clouds' metadata services speak plain HTTP there."""
_NOWHERE = "~NOTFOUND"
METADATA = (
    "169.254.*",
    "::ffff:a9fe:*",
    "64:ff9b::a9fe:*",
    "fd00:ec2:*",
    "fd20:ce::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "metadata.google.internal",
    "metadata.goog",
    "*.metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
)
"""Hosts of clouds' metadata services, as Chromium writes and matches them."""

_LOOPBACK = ("localhost", "*.localhost", "127.*", "[::1]", "[::ffff:7f*]", "[64:ff9b::7f*]")
"""Chromium uses no proxy for these."""

_SCRIPT = """function FindProxyForURL(url, host) {
  var port = /^[a-z]+:\\/\\/(?:[^\\/]*@)?(?:\\[[^\\]]*\\]|[^\\/:]*):(\\d+)/.exec(url);
  var usual = /^(http|ws):/.test(url) ? "80" : "443";
  return PORTS.indexOf(port ? port[1] : usual) >= 0 ? "PROXY ADDRESS" : "DIRECT";
}"""


def closed_switches(
    closed_ports: Sequence[int], proxy: str, environ: Mapping[str, str] | None = None
) -> list[str]:
    """Chromium's switches.

    Args:
        closed_ports: Ports of this deployment.
        proxy: Address of the proxy that checks what it connects to.
        environ: Where a proxy of the network may be named: Chromium then uses that one.
    """
    mapped = [*METADATA, *(f"{host}:{port}" for port in closed_ports for host in _LOOPBACK)]
    rules = ",".join(f"MAP {each} {_NOWHERE}" for each in mapped)
    switches = [f"--host-resolver-rules={rules}"]
    if not _has_proxy(os.environ if environ is None else environ):
        switches.append(f"--proxy-pac-url={_pac(closed_ports, proxy)}")
    return switches


def _pac(closed_ports: Sequence[int], proxy: str) -> str:
    ports = [str(each) for each in (_METADATA_PORT, *closed_ports)]
    script = _SCRIPT.replace("PORTS", repr(ports)).replace("ADDRESS", proxy.partition("://")[2])
    encoded = base64.b64encode(script.encode()).decode()
    return f"data:application/x-ns-proxy-autoconfig;base64,{encoded}"


def _has_proxy(environ: Mapping[str, str]) -> bool:
    return any(
        value and name.lower() in ("http_proxy", "https_proxy", "all_proxy")
        for name, value in environ.items()
    )
