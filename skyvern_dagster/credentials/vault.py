"""The vault: turns secret references into values at the moment of use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.reference import (
    CREDENTIAL_FIELDS,
    SecretReference,
    references_in,
    replace_references,
)
from skyvern_dagster.credentials.site import host_of, is_within, same_site, scheme_of
from skyvern_dagster.credentials.sources import Credential, SecretSource
from skyvern_dagster.credentials.totp import clean_secret, one_time_code
from skyvern_dagster.errors import SecretError

_SHORTEST_CODE = 5
_SHORT_FIELDS = frozenset({"card_exp_month", "card_exp_year", "card_brand"})
"""What every other page shows as well: taking it out would blank out dates and logos."""


@dataclass(frozen=True)
class SecretDeclarations:
    """Which parameter keys of a definition are secrets.

    Attributes:
        credentials: Credential parameter key -> extra hosts its values may be typed on.
        values: ``aws_secret`` parameter key -> ``aws_key``.
        credential_ids: Credential parameter key -> name in the source, where that differs.
    """

    credentials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    credential_ids: Mapping[str, str] = field(default_factory=dict)


class SecretVault:
    """Resolves the secret references of one workflow.

    Args:
        declarations: The definition's secret parameters.
        source: Where values come from.
        redactor: Learns every value that leaves the vault.
    """

    def __init__(
        self, declarations: SecretDeclarations, source: SecretSource, redactor: Redactor
    ) -> None:
        self._declarations = declarations
        self._source = source
        self.redactor = redactor

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Hosts besides the task's own site that the workflow trusts with a credential."""
        return frozenset(
            host for hosts in self._declarations.credentials.values() for host in hosts
        )

    def payload(self, key: str) -> object | None:
        """What a planner is shown for a secret parameter: references, never values.

        Raises:
            SecretError: The credential can't be found.
        """
        if key in self._declarations.values:
            return str(SecretReference(key))
        if key not in self._declarations.credentials:
            return None
        credential = self._credential(key)
        if credential.fields:
            return {
                name: str(SecretReference(key, field))
                for name, field in CREDENTIAL_FIELDS.items()
                if name in credential.fields
            }
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
        name = self._declarations.values.get(key)
        if name is None:
            raise SecretError(f"{key!r} is not an aws_secret parameter of this workflow")
        value = self._source.value(name)
        if value is None:
            raise SecretError(
                f"the secret for parameter {key!r} was not found: "
                f"set {self._source.describe(name=name)}"
            )
        return value

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
            self._check_site(reference, page_url, home_url)
        return replace_references(text, {each: self._resolve(each) for each in references})

    def one_time_code(self, key: str, *, page_url: str, home_url: str) -> str:
        """The current TOTP code of a credential, for typing on a page.

        Raises:
            SecretError: There is no TOTP secret, it is malformed, or the site is not allowed.
        """
        reference = SecretReference(key, "totp")
        self._check_site(reference, page_url, home_url)
        return self._resolve(reference)

    def check_code_site(self, *, page_url: str, home_url: str) -> None:
        """Whether a code from outside, which belongs to no credential, may be typed on a page.

        Raises:
            SecretError: It is neither the site where the task began nor one that a credential of
                the workflow may be typed on.
        """
        hosts = {host for each in self._declarations.credentials.values() for host in each}
        page = host_of(page_url)
        if not (same_site(page_url, home_url) or any(is_within(page, host) for host in hosts)):
            raise SecretError(
                f"the one-time code was not typed: {page or page_url[:60]!r} is not the site where "
                f"the task began ({host_of(home_url) or home_url[:60]}); if it belongs to the "
                "login, list it under allowed_hosts of a credential"
            )

    def learn_code(self, code: str) -> None:
        """Remembers a code from outside, so that it shows up nowhere.

        Short ones are left out: within a minute they are worth nothing, while each year and each
        number of four digits on the page would be blanked out.
        """
        if len(code) >= _SHORTEST_CODE:
            self.redactor.add(code)

    def _resolve(self, reference: SecretReference) -> str:
        if reference.field is None:
            value = self.value(reference.key)
            self.redactor.add(value)
            return value
        credential = self._credential(reference.key)
        match reference.field:
            case "username":
                return credential.username
            case "password":
                self.redactor.add(credential.password)
                return credential.password
            case "totp":
                return self._code(reference.key, credential)
            case _:
                return self._field(reference, credential)

    def _field(self, reference: SecretReference, credential: Credential) -> str:
        value = credential.fields.get(reference.field or "")
        if value is None:
            raise SecretError(f"credential {reference.key!r} has no {reference.field}")
        if reference.field not in _SHORT_FIELDS:
            self.redactor.add(value)
        return value

    def _code(self, key: str, credential: Credential) -> str:
        if not credential.totp_secret:
            raise SecretError(f"credential {key!r} has no TOTP secret")
        for form in (credential.totp_secret, clean_secret(credential.totp_secret)):
            self.redactor.add(form)
        try:
            return one_time_code(credential.totp_secret)
        except ValueError as error:
            raise SecretError(f"the TOTP secret of credential {key!r} is not base32") from error

    def _credential(self, key: str) -> Credential:
        if key not in self._declarations.credentials:
            raise SecretError(f"{key!r} is not a credential parameter of this workflow")
        name = self._declarations.credential_ids.get(key, key)
        credential = self._source.credential(name)
        if credential is None:
            raise SecretError(
                f"no values for credential parameter {key!r}: "
                f"set {self._source.describe(credential=name)}"
            )
        return credential

    def _check_site(self, reference: SecretReference, page_url: str, home_url: str) -> None:
        page, home = host_of(page_url), host_of(home_url)
        allowed = self._declarations.credentials.get(reference.key, ())
        if not (same_site(page_url, home_url) or any(is_within(page, host) for host in allowed)):
            hint = ""
            if reference.key in self._declarations.credentials:
                hint = (
                    "; if it belongs to the login, list it under allowed_hosts of credential "
                    f"{reference.key!r}"
                )
            raise SecretError(
                f"secret {reference} was not typed: {page or page_url[:60]!r} is not the site "
                f"where the task began ({home or home_url[:60]}){hint}"
            )
        if scheme_of(page_url) != "https" and scheme_of(home_url) == "https":
            raise SecretError(
                f"secret {reference} was not typed: the page at {page!r} came without encryption, "
                "though the task began with https"
            )
