"""Every error that skyvern-dagster raises on purpose.

The tree::

    SkyvernDagsterError
    ├── DefinitionError          a workflow definition is wrong (all findings at once)
    ├── ParameterError           a run's parameters don't fit the definition
    ├── TemplateError            a Jinja template can't be rendered
    ├── SecretError              a secret reference can't be resolved, or may not be typed here
    ├── InfrastructureError      what runs stand on broke: tried again, never an ending of a block
    │   ├── StorageError             (an ArtifactError, too) the artifact store can't be used
    │   │   └── DiskFullError            a disk is full, or about to be
    │   └── BrowserBrokenError       (a BrowserError, too) Chromium, or a page's process, is gone
    ├── ArtifactError            the artifact store refused or lost something
    │   ├── RemovedError             it was there, and isn't kept any more
    │   └── ClaimedError             another process is doing the same at this moment
    ├── UploadError              a file for a page wasn't offered, can't be read, or is too large
    ├── BrowserError             something broke in or around the browser
    │   ├── BrowserBrokenError       see InfrastructureError
    │   │   └── BrowserNotFoundError     no Chromium could be found
    │   ├── PageTooLargeError        a page took more memory than a page may
    │   ├── NavigationError          a page could not be opened
    │   ├── ActionError              an element could not be acted on
    │   │   ├── GoneError                it was drawn anew meanwhile
    │   │   └── NotTakenError            a field holds something else than was put into it
    │   └── NetworkPolicyError       an address that the policy forbids
    ├── PlannerError             a planner broke (not: a planner that is unsure)
    ├── NoFitError               a model's answer isn't of the form that was asked for
    ├── PageDiffersError         a page can't be read in the recorded way
    ├── BlockError               a block can't be carried out
    ├── WorkflowNotFoundError    the workflow store holds no such workflow
    ├── RunError                 a Dagster run can't be started, found or resumed
    │   ├── RunNotFoundError         there is no such run
    │   ├── RunTransitionError       a run that has ended can't be canceled
    │   └── DeploymentError          the Dagster deployment can't be reached, or refused
    ├── AccessError              an API key is missing, wrong, expired or revoked
    ├── OrganizationError        an organization's key, credential or code is missing or malformed
    └── OutgoingError            a request to an address of a user can't be made
        └── BlockedAddressError      the network policy forbids the address

A message says what happened, where, and what to do. ``terminated`` is no error: it is an
outcome, see :mod:`skyvern_dagster.blocks.outcome`.
"""

from __future__ import annotations

from http import HTTPStatus


class SkyvernDagsterError(Exception):
    """Base of the tree; catch this to catch everything the project raises on purpose."""


class DefinitionError(SkyvernDagsterError):
    """A workflow definition is wrong; the message lists every finding with its place."""


class ParameterError(SkyvernDagsterError):
    """A run's parameters don't fit what the definition declares."""


class TemplateError(SkyvernDagsterError):
    """A Jinja template is malformed or uses a name that isn't there."""


class SecretError(SkyvernDagsterError):
    """A secret reference can't be resolved, or its value may not be typed on this page."""


class InfrastructureError(SkyvernDagsterError):
    """What a run stands on broke: the browser, the disk, the store, the network on our side.

    It says nothing about the block that met it: the block is tried again in a fresh browser, and
    if it stays, the run ends as failed and can be resumed, whatever the definition puts up with.
    """


class ArtifactError(SkyvernDagsterError):
    """The artifact store refused a key or doesn't hold it."""


class RemovedError(ArtifactError):
    """There was such a thing, and it was kept for as long as the retention policy says."""


class StorageError(InfrastructureError, ArtifactError):
    """The artifact store can't be read or written at all: no space, no rights, no connection."""


class DiskFullError(StorageError):
    """A disk is full, or has less left than a run needs; the message says which and how much."""


class UploadError(SkyvernDagsterError):
    """A file can't be given to a page: the task wasn't offered it, or it is too large."""


class ClaimedError(ArtifactError):
    """Another process is doing the same at this moment, and takes too long."""


class BrowserError(SkyvernDagsterError):
    """Something broke in or around the browser."""


class BrowserBrokenError(InfrastructureError, BrowserError):
    """Chromium, or the process of the page that is worked on, is gone or doesn't start."""


class BrowserNotFoundError(BrowserBrokenError):
    """No Chromium was found; the message says which command installs one."""


class NavigationError(BrowserError):
    """A page could not be opened (unknown host, refused connection, time-out)."""


class PageTooLargeError(BrowserError):
    """A page took more memory than a page may, and was ended; it would do so again."""


class ActionError(BrowserError):
    """An element could not be acted on (gone, covered, disabled, wrong kind)."""


class GoneError(ActionError):
    """The page doesn't have an element any more that it had when it was looked at."""


class NotTakenError(ActionError):
    """A field doesn't hold what was put into it."""


class HttpStatusError(ActionError):
    """A server answered a request for a file with an error.

    Attributes:
        status: The HTTP status, 400 or above.
    """

    def __init__(self, status: int, url: str) -> None:
        super().__init__(f"The server answered HTTP {status} for {url}")
        self.status = status

    @property
    def is_too_many(self) -> bool:
        """Whether the server has been asked too much."""
        return self.status == HTTPStatus.TOO_MANY_REQUESTS


class NetworkPolicyError(BrowserError):
    """The network policy forbids this address."""


class PlannerError(SkyvernDagsterError):
    """A planner broke; being unsure is a plan without decisions, not an error."""


class NoFitError(SkyvernDagsterError):
    """A model's answer isn't of the form that was asked for; the message goes to the model.

    Attributes:
        value: The answer, where it could be read at all.
    """

    def __init__(self, message: str, value: object = None) -> None:
        super().__init__(message)
        self.value = value


class PageDiffersError(SkyvernDagsterError):
    """A page isn't as it was when the way to read it was recorded; the message says in what."""


class BlockError(SkyvernDagsterError):
    """A block can't be carried out: an input is missing or a service refused.

    Attributes:
        retryable: Whether trying the same again later may help.
    """

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class RunError(SkyvernDagsterError):
    """A Dagster run can't be started, found or resumed."""


class WorkflowNotFoundError(SkyvernDagsterError):
    """The workflow store holds no such workflow, or no such version of it."""


class RunNotFoundError(RunError):
    """There is no such run; to whom it isn't theirs, runs of others don't exist."""


class RunTransitionError(RunError):
    """A status that the run can't go to from the one it has."""


class DeploymentError(RunError):
    """The Dagster deployment can't be reached, isn't set up for Skyvern runs, or refused.

    Attributes:
        retryable: Whether trying the same again later may help.
    """

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class AccessError(SkyvernDagsterError):
    """An API key gives no access; the message is the ``detail`` (docs/contract.md#keys)."""


class OrganizationError(SkyvernDagsterError):
    """Something that an organization keeps here is missing, malformed or can't be decrypted."""


class OutgoingError(SkyvernDagsterError):
    """A webhook or another call to an address of a user can't be signed or made."""


class BlockedAddressError(OutgoingError):
    """The network policy forbids this address to webhooks and calls for one-time codes."""
