"""The secrets that a workflow declares, looked up where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from skyvern_dagster.credentials.access import SecretAccess
from skyvern_dagster.credentials.payload_secrets import numbered
from skyvern_dagster.credentials.redaction import Redactor
from skyvern_dagster.credentials.reference import SecretReference, field_name
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

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """All hosts that credentials declare."""
        return frozenset(host for each in self.credentials.values() for host in each)


class DeclaredSecrets:
    """Looks the secrets of one workflow up, each credential once.

    Args:
        declared: The definition's secret parameters.
        access: Where values come from, and whom they belong to.
        redactor: Learns every value before it is given out.

    Attributes:
        own: The run's own secrets, by name.
    """

    def __init__(
        self, declared: SecretDeclarations, access: SecretAccess, redactor: Redactor
    ) -> None:
        self.declared = declared
        self.own = dict(access.run)
        self._access = access
        self._redactor = redactor
        self._credentials: dict[str, Credential] = {}
        for value in self.own.values():
            redactor.add(value)

    @property
    def credential_hosts(self) -> frozenset[str]:
        """The hosts of the credentials that have been looked up."""
        return frozenset(host for each in self._credentials.values() for host in each.hosts)

    def put_away(self, value: str) -> str:
        """The name under which a secret is the run's own from now on."""
        key = next((name for name, known in self.own.items() if known == value), "")
        if not key:
            key = numbered("text_secret_", self.own)()
            self.own[key] = value
            self._redactor.add(value)
        return key

    def credential(self, key: str) -> Credential:
        """The login of a credential parameter.

        Raises:
            SecretError: It is no such parameter, or no source holds it.
        """
        if key in self._credentials:
            return self._credentials[key]
        if key not in self.declared.credentials:
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

    def secret(self, key: str) -> Secret:
        """The value of an ``aws_secret`` parameter, or one of the run's own.

        Raises:
            SecretError: It is neither, or no source holds it.
        """
        name = self.declared.values.get(key)
        if name is None:
            if key in self.own:
                return Secret(self.own[key], own=True)
            raise SecretError(f"{key!r} is not an aws_secret parameter of this workflow")
        secret = self._access.defined.secret(name)
        if secret is None:
            raise SecretError(
                f"the secret for parameter {key!r} was not found: "
                f"set {self._access.defined.describe(name=name)}"
            )
        self._redactor.add(secret.value)
        return secret

    def resolve(self, reference: SecretReference) -> str:
        """The value that a reference stands for.

        Raises:
            SecretError: There is none.
        """
        if reference.field is None:
            return self.secret(reference.key).value
        credential = self.credential(reference.key)
        match reference.field:
            case "username":
                return credential.username
            case "password":
                return credential.password
            case "totp":
                return self._code(reference.key, credential)
            case _:
                return _field(reference, credential)

    def bound(self, reference: SecretReference) -> tuple[tuple[str, ...], bool]:
        """The hosts of a secret, and whether it is the organization's own.

        Raises:
            SecretError: It can't be found.
        """
        if reference.field is not None or reference.key in self.declared.credentials:
            credential = self.credential(reference.key)
            return credential.hosts, credential.own
        secret = self.secret(reference.key)
        return secret.hosts, secret.own

    def hosts_setting(self, reference: SecretReference) -> str:
        """What to set so that a secret has hosts."""
        if reference.key in self.declared.credentials:
            name = self._name(reference.key)
            return self._source(reference.key).describe_hosts(credential=name)
        name = self.declared.values.get(reference.key, reference.key)
        return self._access.defined.describe_hosts(name=name)

    def learn_code(self, code: str) -> None:
        """Remembers a one-time code, so that it shows up nowhere.

        Short ones are left out: within a minute they are worth nothing, while each year and each
        number of four digits on the page would be blanked out.
        """
        if len(code) >= _SHORTEST_CODE:
            self._redactor.add(code)

    def _code(self, key: str, credential: Credential) -> str:
        if not credential.totp_secret:
            raise SecretError(f"credential {key!r} has no TOTP secret")
        try:
            code = one_time_code(credential.totp_secret)
        except ValueError as error:
            raise SecretError(f"the TOTP secret of credential {key!r} is not base32") from error
        self.learn_code(code)
        return code

    def _learn(self, credential: Credential) -> None:
        self._redactor.add(credential.password)
        if credential.totp_secret:
            self._redactor.add(credential.totp_secret)
            self._redactor.add(clean_secret(credential.totp_secret))
        for name, value in credential.fields.items():
            if name not in _SHORT_FIELDS:
                self._redactor.add(value)

    def _name(self, key: str) -> str:
        return self.declared.credential_ids.get(key, key)

    def _names(self, key: str) -> tuple[str, ...]:
        return (self._name(key), *self.declared.further_ids.get(key, ()))

    def _source(self, key: str) -> SecretSource:
        return self._access.given if key in self.declared.given else self._access.defined


def _field(reference: SecretReference, credential: Credential) -> str:
    named = {field_name(name): value for name, value in credential.fields.items()}
    value = named.get(reference.field or "")
    if value is None:
        raise SecretError(f"credential {reference.key!r} has no {reference.field}")
    return value
