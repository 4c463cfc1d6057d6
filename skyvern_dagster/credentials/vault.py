"""The vault: turns secret references into values at the moment of use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from skyvern_dagster.addresses.site import host_of, is_within, same_site, scheme_of
from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.payload_secrets import numbered
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.reference import (
    SecretReference,
    field_name,
    references_in,
    replace_references,
)
from skyvern_dagster.credentials.secret_texts import secrets_in
from skyvern_dagster.credentials.sources import Credential, Secret, SecretSource
from skyvern_dagster.credentials.totp import clean_secret, one_time_code
from skyvern_dagster.errors import SecretError

_SHORTEST_CODE = 5
"""One more than the digits of a year, which stand on every page."""

_SHORT_FIELDS = frozenset({"card_exp_month", "card_exp_year", "card_brand"})
"""What every other page shows as well: taking it out would blank out dates and logos."""


@dataclass(frozen=True)
class SecretDeclarations:
    """Which parameter keys of a definition are secrets.

    Attributes:
        credentials: Credential parameter key -> extra hosts its values may be typed on, where the
            credential has no hosts of its own.
        values: ``aws_secret`` parameter key -> ``aws_key``.
        credential_ids: Credential parameter key -> name in the source, where that differs.
        further_ids: Credential parameter key -> names that are tried where that one isn't there.
        given: Credential parameter keys whose name in the source is a parameter's value.
    """

    credentials: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    credential_ids: Mapping[str, str] = field(default_factory=dict)
    further_ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    given: frozenset[str] = frozenset()


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
        self._own = dict(access.run)
        self._credentials: dict[str, Credential] = {}
        self.redactor = redactor
        for value in self._own.values():
            redactor.add(value)

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Hosts besides the task's own site that the workflow trusts with a credential."""
        declared = {host for each in self._declarations.credentials.values() for host in each}
        return frozenset(declared | self._credential_hosts())

    def learn(self, keys: Iterable[str]) -> None:
        """Looks secrets up, so that the redactor knows them before any page can show them.

        One that can't be found is an error only where it is used.
        """
        for key in keys:
            with suppress(SecretError):
                if key in self._declarations.values:
                    self._secret(key)
                elif key in self._declarations.credentials:
                    self._credential(key)

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
        return self._secret(key).value

    def value_for(self, key: str, host: str) -> str:
        """The value of an ``aws_secret`` parameter, for sending it to a server.

        Raises:
            SecretError: As :meth:`value`; or the value belongs to other hosts.
        """
        secret = self._secret(key)
        if not secret.value or secret.own:
            return secret.value
        if self._access.defined_by_operator and not secret.hosts:
            return secret.value
        if not any(is_within(host, allowed) for allowed in secret.hosts):
            raise SecretError(
                f"the secret of parameter {key!r} was not sent: the server is none of its hosts; "
                f"set {self._hosts_setting(SecretReference(key))}"
            )
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
        _, own = self._bound(SecretReference(key))
        if not (own or self._access.defined_by_operator):
            raise SecretError(
                f"secret {key!r} belongs to the server: code that came over REST isn't given it"
            )
        if key in self._declarations.values:
            return self._secret(key).value
        shown = self.payload(key)
        assert isinstance(shown, dict)
        return {
            name: self._resolve(reference)
            for name, text in shown.items()
            for reference in references_in(str(text))
        }

    def check_usable(self, key: str) -> None:
        """Whether a secret parameter can be found, and typed at all.

        Raises:
            SecretError: It can't; the message says what to set.
        """
        self.payload(key)
        reference = SecretReference(key)
        hosts, own = self._bound(reference)
        if not (hosts or own or self._access.trusted):
            raise self._hostless(reference)

    def conceal(self, text: str) -> str:
        """A text of the definition with references in the places of secrets that it tells."""
        for secret in secrets_in(text):
            key = next((name for name, value in self._own.items() if value == secret), "")
            if not key:
                key = numbered("text_secret_", self._own)()
                self._own[key] = secret
                self.redactor.add(secret)
            text = text.replace(secret, str(SecretReference(key)))
        return text

    def address(self, text: str) -> str:
        """An address with the run's own secrets in the places of their references."""
        values = {
            each: self._own.get(each.key, str(each)) if each.field is None else str(each)
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
            self._check_site(reference, page_url, home_url)
        return replace_references(text, {each: self._resolve(each) for each in references})

    def is_for(self, text: str, url: str) -> bool:
        """Whether a page is one for which a text is, by the hosts of the secrets in it.

        Raises:
            SecretError: A value is missing.
        """
        page = host_of(url)
        bound = [self._bound(each)[0] for each in references_in(text)]
        return all(not hosts or any(is_within(page, each) for each in hosts) for hosts in bound)

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

        A code is the second half of a login: it goes where the credentials go.

        Raises:
            SecretError: It is neither a host of the task's credentials, nor, where they name none,
                the site where the task began or one that the workflow allows.
        """
        page, bound = host_of(page_url), self._credential_hosts()
        declared = {host for each in self._declarations.credentials.values() for host in each}
        if any(is_within(page, host) for host in bound or declared):
            return
        if bound or not same_site(page_url, home_url):
            where = f"the site where the task began ({host_of(home_url) or home_url[:60]})"
            raise SecretError(
                f"the one-time code was not typed: {page or page_url[:60]!r} is not "
                f"{'a host of the login' if bound else where}; if it belongs to the "
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
            return self._secret(reference.key).value
        credential = self._credential(reference.key)
        match reference.field:
            case "username":
                return credential.username
            case "password":
                return credential.password
            case "totp":
                return self._code(reference.key, credential)
            case _:
                return self._field(reference, credential)

    def _field(self, reference: SecretReference, credential: Credential) -> str:
        named = {field_name(name): value for name, value in credential.fields.items()}
        value = named.get(reference.field or "")
        if value is None:
            raise SecretError(f"credential {reference.key!r} has no {reference.field}")
        return value

    def _code(self, key: str, credential: Credential) -> str:
        if not credential.totp_secret:
            raise SecretError(f"credential {key!r} has no TOTP secret")
        try:
            code = one_time_code(credential.totp_secret)
        except ValueError as error:
            raise SecretError(f"the TOTP secret of credential {key!r} is not base32") from error
        self.learn_code(code)
        return code

    def _credential(self, key: str) -> Credential:
        if key in self._credentials:
            return self._credentials[key]
        if key not in self._declarations.credentials:
            raise SecretError(f"{key!r} is not a credential parameter of this workflow")
        names, source = self._names(key), self._source(key)
        found = (each for name in names if (each := source.credential(name)) is not None)
        credential = next(found, None)
        if credential is None:
            ways = (source.describe(credential=name) for name in names)
            raise SecretError(
                f"no values for credential parameter {key!r}: set {', or '.join(ways)}"
            )
        self._learn(credential)
        self._credentials[key] = credential
        return credential

    def _learn(self, credential: Credential) -> None:
        self.redactor.add(credential.password)
        if credential.totp_secret:
            self.redactor.add(credential.totp_secret)
            self.redactor.add(clean_secret(credential.totp_secret))
        for name, value in credential.fields.items():
            if name not in _SHORT_FIELDS:
                self.redactor.add(value)

    def _secret(self, key: str) -> Secret:
        name = self._declarations.values.get(key)
        if name is None:
            if key in self._own:
                return Secret(self._own[key], own=True)
            raise SecretError(f"{key!r} is not an aws_secret parameter of this workflow")
        secret = self._access.defined.secret(name)
        if secret is None:
            raise SecretError(
                f"the secret for parameter {key!r} was not found: "
                f"set {self._access.defined.describe(name=name)}"
            )
        self.redactor.add(secret.value)
        return secret

    def _name(self, key: str) -> str:
        return self._declarations.credential_ids.get(key, key)

    def _names(self, key: str) -> tuple[str, ...]:
        return (self._name(key), *self._declarations.further_ids.get(key, ()))

    def _source(self, key: str) -> SecretSource:
        is_given = key in self._declarations.given
        return self._access.given if is_given else self._access.defined

    def _credential_hosts(self) -> set[str]:
        return {host for each in self._credentials.values() for host in each.hosts}

    def _bound(self, reference: SecretReference) -> tuple[tuple[str, ...], bool]:
        """The hosts of a secret, and whether it is the organization's own."""
        if reference.field is not None or reference.key in self._declarations.credentials:
            credential = self._credential(reference.key)
            return credential.hosts, credential.own
        secret = self._secret(reference.key)
        return secret.hosts, secret.own

    def _check_site(self, reference: SecretReference, page_url: str, home_url: str) -> None:
        hosts, own = self._bound(reference)
        page, home = host_of(page_url), host_of(home_url)
        shown = repr(page or page_url[:60])
        if hosts:
            if not any(is_within(page, host) for host in hosts):
                raise SecretError(
                    f"secret {reference} was not typed: {shown} is none of its hosts; if it "
                    f"belongs to the login, add it: {self._hosts_setting(reference)}"
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

    def _check_home(self, reference: SecretReference, page_url: str, home_url: str) -> None:
        page, home = host_of(page_url), host_of(home_url)
        allowed = self._declarations.credentials.get(reference.key, ())
        if same_site(page_url, home_url) or any(is_within(page, host) for host in allowed):
            return
        hint = ""
        if reference.key in self._declarations.credentials:
            hint = (
                "; if it belongs to the login, list it under allowed_hosts of credential "
                f"{reference.key!r}"
            )
        elif reference.key in self._own:
            hint = "; where a login goes further, make it a credential parameter with allowed_hosts"
        raise SecretError(
            f"secret {reference} was not typed: {page or page_url[:60]!r} is not the site "
            f"where the task began ({home or home_url[:60]}){hint}"
        )

    def _hostless(self, reference: SecretReference) -> SecretError:
        return SecretError(
            f"secret {reference.key!r} belongs to the server and names no hosts that it may be "
            "typed on, so a run that was asked for over REST can't use it: set "
            f"{self._hosts_setting(reference)}"
        )

    def _hosts_setting(self, reference: SecretReference) -> str:
        if reference.key in self._declarations.credentials:
            name = self._name(reference.key)
            return self._source(reference.key).describe_hosts(credential=name)
        name = self._declarations.values.get(reference.key, reference.key)
        return self._access.defined.describe_hosts(name=name)
