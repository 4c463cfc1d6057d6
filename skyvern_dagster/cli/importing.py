"""``skyvern-dagster import``: workflows of Skyvern as files, with a report of what was changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.workflow.document import parse
from skyvern_dagster.workflow.findings import Finding, InvalidDefinitionError
from skyvern_dagster.workflow.loader import load_text
from skyvern_dagster.workflow.op_names import clean_name
from skyvern_dagster.workflow.skyvern_export import ImportedWorkflow, imported

PAGE_SIZE = 100
"""As many as Skyvern gives at once."""

# Both arbitrary: against a server that gives pages without end, or none.
MOST_PAGES = 100
SECONDS = 30.0
"""For one request to the server that workflows come from. Arbitrary."""


def import_workflows(source: str, folder: Path, *, key: str, overwrite: bool) -> int:
    """Reads workflows from a file or a server, and writes a file for each.

    Args:
        source: A file, ``-`` for standard input, or an address.
        key: The server's API key.

    Returns:
        Exit status: 1 when one of them has errors, or a file was there already.

    Raises:
        DefinitionError: Nothing can be read, or there is no workflow in it.
    """
    has_errors, taken = False, set[str]()
    for workflow in imported(_read(source, key)):
        name = _name(workflow.title, taken)
        file = folder / f"{name}.yaml"
        if file.exists() and not overwrite:
            sys.stdout.write(f"{file}: is there already (--overwrite replaces it)\n")
            has_errors = True
            continue
        folder.mkdir(parents=True, exist_ok=True)
        text = _written(workflow)
        file.write_text(text, encoding="utf-8")
        has_errors |= _report(workflow, text, file)
    return 1 if has_errors else 0


def _read(source: str, key: str) -> Any:
    if source.startswith(("http://", "https://")):
        return list(_fetched(source, key))
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DefinitionError(f"{source}: no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{source}: can't be read: {error}") from error
    content = parse(text, source).data
    if isinstance(content, dict) and isinstance(content.get("yaml_definition"), str):
        return parse(content["yaml_definition"], source).data
    return content


def _fetched(url: str, key: str) -> Iterator[Any]:
    """One workflow at its address, else all pages of the list."""
    if urlsplit(url).path.strip("/") == "":
        url = f"{url.rstrip('/')}/v1/workflows"
    for page in range(1, MOST_PAGES + 1):
        found = _asked(url, key, {"page": page, "page_size": PAGE_SIZE})
        yield found
        if not isinstance(found, list) or len(found) < PAGE_SIZE:
            return


def _asked(url: str, key: str, query: dict[str, int]) -> Any:
    import httpx2

    headers = {"x-api-key": key} if key else {}
    try:
        answer = httpx2.get(url, params=query, headers=headers, timeout=SECONDS)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise DefinitionError(f"{url} can't be asked: {type(error).__name__}: {error}") from error
    if answer.status_code in (401, 403):
        raise DefinitionError(f"{url} answered {answer.status_code}: give its key with --key")
    if not answer.is_success:
        raise DefinitionError(f"{url} answered {answer.status_code}")
    try:
        return answer.json()
    except ValueError as error:
        raise DefinitionError(f"{url} gave an answer that is no JSON: no workflow") from error


def _name(title: str, taken: set[str]) -> str:
    base = clean_name(title).lower()
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name


def _written(workflow: ImportedWorkflow) -> str:
    return yaml.safe_dump(workflow.definition, sort_keys=False, allow_unicode=True, width=100)


def _report(workflow: ImportedWorkflow, text: str, file: Path) -> bool:
    """Says what was changed and what is found; whether it has errors."""
    found = _findings(text, file)
    errors = sum(each.severity == "error" for each in found)
    for change in workflow.changes:
        sys.stdout.write(f"{file}: changed: {change}\n")
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    kept = "written" if not errors else f"written, with {errors} error{'s'[: errors != 1]}"
    sys.stdout.write(f"{file}: {kept}\n")
    return bool(errors)


def _findings(text: str, file: Path) -> tuple[Finding, ...]:
    try:
        return load_text(text, source=str(file), name=file.stem).warnings
    except InvalidDefinitionError as error:
        return error.findings
