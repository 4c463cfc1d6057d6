"""Scopes of iterations, without what all iterations of a loop have in common.

A list of ten thousand items stands in the scope in which its loop is entered: written down with
each of the iterations it would be there ten thousand times over. So that scope is kept once, and an
iteration's scope is handed on as what it adds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache

from skyvern_dagster.artifacts.run_keys import RunKeys
from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.execution.scope import Scope


class BaseScopes:
    """The scopes in which loops of a run have been entered.

    Args:
        store: Where they lie, with the run's records.
    """

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store

    def keep(self, scope: Scope) -> Scope:
        """Keeps a scope for others to add to.

        Returns:
            The scope, with itself as its base.
        """
        text = self.slim(scope).model_dump_json()
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        key = RunKeys(scope.workflow_run_id).scope(digest)
        if not self._store.exists(key):
            self._store.write(key, text.encode())
        return self._whole(key).model_copy(update={"base": key})

    def slim(self, scope: Scope) -> Scope:
        """What a scope adds to its base."""
        if not scope.base:
            return scope
        base = self._whole(scope.base)
        added = {
            label: output
            for label, output in scope.outputs.items()
            if label not in base.outputs or base.outputs[label] is not output
        }
        files = scope.files[len(base.files) :]
        return scope.model_copy(update={"parameters": {}, "outputs": added, "files": files})

    def whole(self, scope: Scope) -> Scope:
        """The scope that :meth:`slim` was given."""
        if not scope.base:
            return scope
        base = self._whole(scope.base)
        return scope.model_copy(
            update={
                "parameters": base.parameters,
                "outputs": {**base.outputs, **scope.outputs},
                "files": base.files + scope.files,
            }
        )

    def _whole(self, key: str) -> Scope:
        return _read(_Kept(str(self._store.base), key, self._store))


@dataclass(frozen=True)
class _Kept:
    base: str
    key: str
    store: ArtifactStore = field(compare=False)


@lru_cache(maxsize=64)
def _read(kept: _Kept) -> Scope:
    """The key has the digest of what lies there. Outputs must be the same objects for all who add.

    As many as nested loops have going on at the same time, and few enough to stay small.
    """
    scope = Scope.model_validate_json(kept.store.read(kept.key))
    return BaseScopes(kept.store).whole(scope)
