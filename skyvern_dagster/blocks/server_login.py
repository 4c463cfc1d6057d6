"""User names, passwords and other secrets for servers that blocks log in to by themselves."""

from __future__ import annotations

from dataclasses import dataclass, field

from skyvern_dagster.blocks.context import BlockContext
from skyvern_dagster.errors import BlockedAddressError, BlockError


@dataclass(frozen=True)
class ServerLogin:
    """A user name and a password."""

    username: str
    password: str = field(repr=False)


def secret_text(context: BlockContext, text: str, field: str, host: str) -> str:
    """What a text field means, with its secrets, for sending it to a server.

    Args:
        text: A key, a template, or the text itself.
        field: Its name, for messages.
        host: The server: a secret that belongs to others isn't sent there.

    Raises:
        BlockError: It can't be rendered.
        SecretError: A secret is missing, or belongs to other hosts.
    """
    url = f"https://{host}/"
    return context.vault.type_out(context.text(text, field).strip(), page_url=url, home_url=url)


def server_login(context: BlockContext, text: str, field: str, host: str) -> ServerLogin:
    """The login that a field names.

    Args:
        text: Key of a credential parameter, or a template that gives one.
        field: Its name, for messages.
        host: The server that it is for.

    Raises:
        BlockError: It names no credential.
        SecretError: The credential is missing, or belongs to other hosts.
    """
    value = context.value(text, field)
    if not isinstance(value, dict) or not {"username", "password"} <= value.keys():
        raise BlockError(
            f"{field}: {text!r} names no credential of this workflow: declare a parameter with "
            f"parameter_type: credential whose user name and password {host} takes (where a "
            "provider wants one, an app password), and write its key here"
        )
    url = f"https://{host}/"
    username, password = (
        context.vault.type_out(str(value[name]), page_url=url, home_url=url)
        for name in ("username", "password")
    )
    return ServerLogin(username, password)


def check_host(context: BlockContext, host: str, port: int, field: str) -> None:
    """Holds that a server may be connected to: by the same rules as pages.

    Raises:
        BlockError: It may not, or there is none.
    """
    checked_address(context, host, port, field)


def checked_address(context: BlockContext, host: str, port: int, field: str) -> str:
    """The IP address of a server that may be connected to; connect to it, not to the name again.

    Raises:
        BlockError: It may not be connected to, or there is none.
    """
    shown = f"[{host}]" if ":" in host else host
    try:
        _, ips = context.services.tasks.policy.addresses.pinned(f"https://{shown}:{port}/")
    except BlockedAddressError as error:
        raise BlockError(f"{field}: {error}") from error
    except OSError as error:
        raise BlockError(f"{field}: {host!r} is unknown: {error}", retryable=True) from error
    return ips[0]
