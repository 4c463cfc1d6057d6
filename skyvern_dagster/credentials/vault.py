"""The vault: turns secret references into values at the moment of use."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from skyvern_dagster.addresses.site import host_of, is_within
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.declared_secrets import DeclaredSecrets, SecretDeclarations
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.reference import (
    SecretReference,
    field_name,
    references_in,
    replace_references,
)
from skyvern_dagster.credentials.secret_sites import SecretSites
from skyvern_dagster.credentials.secret_texts import secrets_in
from skyvern_dagster.errors import SecretError


class SecretVault:
    """Resolves the secret references of one workflow.

    Args:
        declarations: The definition's secret parameters.
        access: Where values come from, and whom they belong to.
        redactor: Learns every value before it leaves the vault.
    """

    def __init__(
        self, declarations: SecretDeclarations, access: SecretAccess, redactor: Redactor
    ) -> None:
        self._declarations = declarations
        self._access = access
        self._secrets = DeclaredSecrets(declarations, access, redactor)
        self._sites = SecretSites(self._secrets, access)
        self.redactor = redactor

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Hosts besides the task's own site that the workflow trusts with a credential."""
        return self._declarations.allowed_hosts | self._secrets.credential_hosts

    def learn(self, keys: Iterable[str]) -> None:
        """Looks secrets up, so that the redactor knows them before any page can show them.

        One that can't be found is an error only where it is used.
        """
        for key in keys:
            with suppress(SecretError):
                if key in self._declarations.values:
                    self._secrets.secret(key)
                elif key in self._declarations.credentials:
                    self._secrets.credential(key)

    def payload(self, key: str) -> object | None:
        """What a planner is shown for a secret parameter: references, never values.

        Raises:
            SecretError: The credential can't be found.
        """
        if key in self._declarations.values:
            return str(SecretReference(key))
        if key not in self._declarations.credentials:
            return None
        credential = self._secrets.credential(key)
        if credential.fields:
            return {name: str(SecretReference(key, field_name(name))) for name in credential.fields}
        shown = {
            "username": str(SecretReference(key, "username")),
            "password": str(SecretReference(key, "password")),
        }
        if credential.totp_secret:
            shown["totp"] = str(SecretReference(key, "totp"))
        return shown

    def value(self, key: str) -> str:
        """The value of an ``aws_secret`` parameter.

        Raises:
            SecretError: The key is not such a parameter, or no source holds the value.
        """
        return self._secrets.secret(key).value

    def value_for(self, key: str, host: str) -> str:
        """The value of an ``aws_secret`` parameter, for sending it to a server.

        Raises:
            SecretError: As :meth:`value`; or the value belongs to other hosts.
        """
        secret = self._secrets.secret(key)
        self._sites.check_server(key, secret, host)
        return secret.value

    def for_code(self, key: str) -> object | None:
        """A secret parameter's value for code, which may send it anywhere.

        Returns:
            A text, or a credential's fields by name; ``None`` where the parameter is no secret.

        Raises:
            SecretError: The code isn't the operator's, and the secret is the server's.
        """
        if key not in self._declarations.values and key not in self._declarations.credentials:
            return None
        _, own = self._secrets.bound(SecretReference(key))
        if not (own or self._access.defined_by_operator):
            raise SecretError(
                f"secret {key!r} belongs to the server: code that came over REST isn't given it"
            )
        if key in self._declarations.values:
            return self._secrets.secret(key).value
        shown = self.payload(key)
        assert isinstance(shown, dict)
        return {
            name: self._secrets.resolve(reference)
            for name, text in shown.items()
            for reference in references_in(str(text))
        }

    def check_usable(self, key: str) -> None:
        """Whether a secret parameter can be found, and typed at all.

        Raises:
            SecretError: It can't; the message says what to set.
        """
        self.payload(key)
        self._sites.check_somewhere(key)

    def conceal(self, text: str) -> str:
        """A text of the definition with references in the places of secrets that it tells."""
        for secret in secrets_in(text):
            key = self._secrets.put_away(secret)
            text = text.replace(secret, str(SecretReference(key)))
        return text

    def address(self, text: str) -> str:
        """An address with the run's own secrets in the places of their references."""
        own = self._secrets.own
        values = {
            each: own.get(each.key, str(each)) if each.field is None else str(each)
            for each in references_in(text)
        }
        return replace_references(text, values) if values else text

    def type_out(self, text: str, *, page_url: str, home_url: str) -> str:
        """The text with its references replaced, for typing on a page.

        Args:
            text: May hold references.
            page_url: Address of the frame that will receive the text.
            home_url: Address where the task began: its site is where secrets belong.

        Raises:
            SecretError: A value is missing, or the page's site is not one the values may go to.
        """
        references = references_in(text)
        if not references:
            return text
        for reference in references:
            self._sites.check_page(reference, page_url, home_url)
        return replace_references(text, {each: self._secrets.resolve(each) for each in references})

    def is_for(self, text: str, url: str) -> bool:
        """Whether a page is one for which a text is, by the hosts of the secrets in it.

        Raises:
            SecretError: A value is missing.
        """
        page = host_of(url)
        bound = [self._secrets.bound(each)[0] for each in references_in(text)]
        return all(not hosts or any(is_within(page, each) for each in hosts) for hosts in bound)

    def one_time_code(self, key: str, *, page_url: str, home_url: str) -> str:
        """The current TOTP code of a credential, for typing on a page.

        Raises:
            SecretError: There is no TOTP secret, it is malformed, or the site is not allowed.
        """
        reference = SecretReference(key, "totp")
        self._sites.check_page(reference, page_url, home_url)
        return self._secrets.resolve(reference)

    def check_code_site(self, *, page_url: str, home_url: str) -> None:
        """Whether a code from outside, which belongs to no credential, may be typed on a page.

        A code is the second half of a login: it goes where the credentials go.

        Raises:
            SecretError: It is neither a host of the task's credentials, nor, where they name none,
                the site where the task began or one that the workflow allows.
        """
        self._sites.check_code(page_url, home_url)

    def learn_code(self, code: str) -> None:
        """Remembers a code from outside, so that it shows up nowhere.

        Short ones are left out: within a minute they are worth nothing, while each year and each
        number of four digits on the page would be blanked out.
        """
        self._secrets.learn_code(code)
