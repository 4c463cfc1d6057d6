"""What is given away: the licence's whole text, and the same words about it everywhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.office import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LICENSE = (ROOT / "LICENSE").read_bytes()
APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
"""SHA-256 of https://www.apache.org/licenses/LICENSE-2.0.txt."""


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution, as ``python -m build`` makes them."""
    folder = tmp_path_factory.mktemp("dist")
    code = (
        "import sys\nfrom hatchling import build\n"
        "build.build_wheel(sys.argv[1])\nbuild.build_sdist(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", code, folder], cwd=ROOT, check=True, capture_output=True)
    return folder


def test_the_license_is_the_one_that_is_named() -> None:
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert hashlib.sha256(LICENSE).hexdigest() == APACHE_2


def test_the_wheel_carries_it(distributions: Path) -> None:
    (wheel,) = distributions.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        (text,) = (
            name for name in opened.namelist() if name.endswith(".dist-info/licenses/LICENSE")
        )
        (metadata,) = (name for name in opened.namelist() if name.endswith("/METADATA"))

        assert opened.read(text) == LICENSE
        assert "License-Expression: Apache-2.0" in opened.read(metadata).decode().splitlines()


def test_the_source_distribution_carries_it(distributions: Path) -> None:
    (source,) = distributions.glob("*.tar.gz")
    with tarfile.open(source) as opened:
        text = opened.extractfile(f"{source.name.removesuffix('.tar.gz')}/LICENSE")

        assert text is not None
        assert text.read() == LICENSE


def test_the_citation_says_what_the_project_says() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = PROJECT["project"]

    assert citation["title"] == project["name"]
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    assert citation["authors"] == project["authors"]
    assert citation["keywords"] == project["keywords"]
