"""On which pages, and at which servers, a workflow's secrets may be."""

from __future__ import annotations

from skyvern_dagster.addresses.site import host_of, is_within, same_site, scheme_of
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import DeclaredSecrets
from skyvern_dagster.credentials.reference import SecretReference
from skyvern_dagster.credentials.sources import Secret
from skyvern_dagster.errors import SecretError


class SecretSites:
    """Holds secrets to the hosts that they belong to.

    Args:
        secrets: Those of one workflow.
        access: Whom they belong to, and who defined the workflow.
    """

    def __init__(self, secrets: DeclaredSecrets, access: SecretAccess) -> None:
        self._secrets = secrets
        self._access = access

    def check_page(self, reference: SecretReference, page_url: str, home_url: str) -> None:
        """Whether a secret may be typed on a page.

        Args:
            page_url: Address of the frame that will receive it.
            home_url: Address where the task began.

        Raises:
            SecretError: It may not; the message says what to set.
        """
        hosts, own = self._secrets.bound(reference)
        page, home = host_of(page_url), host_of(home_url)
        shown = repr(page or page_url[:60])
        if hosts:
            if not any(is_within(page, host) for host in hosts):
                raise SecretError(
                    f"secret {reference} was not typed: {shown} is none of its hosts; if it "
                    f"belongs to the login, add it: {self._secrets.hosts_setting(reference)}"
                )
        elif not (own or self._access.trusted):
            raise self._hostless(reference)
        else:
            self._check_home(reference, page_url, home_url)
        if scheme_of(page_url) != "https" and scheme_of(home_url) == "https":
            raise SecretError(
                f"secret {reference} was not typed: the page at {page!r} came without encryption, "
                f"though the task began with https ({home})"
            )

    def check_somewhere(self, key: str) -> None:
        """Whether a secret may be typed at all.

        Raises:
            SecretError: It may not, or it can't be found.
        """
        reference = SecretReference(key)
        hosts, own = self._secrets.bound(reference)
        if not (hosts or own or self._access.trusted):
            raise self._hostless(reference)

    def check_server(self, key: str, secret: Secret, host: str) -> None:
        """Whether the secret of an ``aws_secret`` parameter may be sent to a server.

        Raises:
            SecretError: It may not; the message says what to set.
        """
        if not secret.value or secret.own:
            return
        if self._access.defined_by_operator and not secret.hosts:
            return
        if not any(is_within(host, allowed) for allowed in secret.hosts):
            raise SecretError(
                f"the secret of parameter {key!r} was not sent: the server is none of its hosts; "
                f"set {self._secrets.hosts_setting(SecretReference(key))}"
            )

    def check_code(self, page_url: str, home_url: str) -> None:
        """Whether a code from outside, which belongs to no credential, may be typed on a page.

        A code is the second half of a login: it goes where the credentials go.

        Raises:
            SecretError: It is neither a host of the task's credentials, nor, where they name none,
                the site where the task began or one that the workflow allows.
        """
        page, bound = host_of(page_url), self._secrets.credential_hosts
        allowed = bound or self._secrets.declared.allowed_hosts
        if any(is_within(page, host) for host in allowed):
            return
        if bound or not same_site(page_url, home_url):
            where = f"the site where the task began ({host_of(home_url) or home_url[:60]})"
            raise SecretError(
                f"the one-time code was not typed: {page or page_url[:60]!r} is not "
                f"{'a host of the login' if bound else where}; if it belongs to the "
                "login, list it under allowed_hosts of a credential"
            )

    def _check_home(self, reference: SecretReference, page_url: str, home_url: str) -> None:
        page, home = host_of(page_url), host_of(home_url)
        credentials = self._secrets.declared.credentials
        allowed = credentials.get(reference.key, ())
        if same_site(page_url, home_url) or any(is_within(page, host) for host in allowed):
            return
        hint = ""
        if reference.key in credentials:
            hint = (
                "; if it belongs to the login, list it under allowed_hosts of credential "
                f"{reference.key!r}"
            )
        elif reference.key in self._secrets.own:
            hint = "; where a login goes further, make it a credential parameter with allowed_hosts"
        raise SecretError(
            f"secret {reference} was not typed: {page or page_url[:60]!r} is not the site "
            f"where the task began ({home or home_url[:60]}){hint}"
        )

    def _hostless(self, reference: SecretReference) -> SecretError:
        return SecretError(
            f"secret {reference.key!r} belongs to the server and names no hosts that it may be "
            "typed on, so a run that was asked for over REST can't use it: set "
            f"{self._secrets.hosts_setting(reference)}"
        )
