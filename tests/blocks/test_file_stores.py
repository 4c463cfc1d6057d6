"""The run's downloads into stores that a block names, and out of them: real servers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from skyvern_dagster.blocks.file_download import FileDownloadBlock
from skyvern_dagster.blocks.file_upload import FileUploadBlock
from skyvern_dagster.blocks.outcome import BlockOutcome
from skyvern_dagster.credentials.access import Trust
from skyvern_dagster.credentials.declared_secrets import SecretDeclarations
from skyvern_dagster.demo.s3_server import S3Server
from skyvern_dagster.errors import BlockError
from skyvern_dagster.execution.attempt import carried_out
from tests.blocks.desk import RUN, Desk
from tests.blocks.sftp_server import SftpPlace, sftp_server


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpPlace]:
    folder = tmp_path_factory.mktemp("sftp") / "root"
    folder.mkdir()
    with sftp_server(folder) as started:
        yield started


@pytest.fixture(scope="module")
def buckets() -> Iterator[S3Server]:
    started = S3Server()
    started.start()
    yield started
    started.stop()
    started.delete_bucket()


def sftp_fields(place: SftpPlace, folder: str) -> dict[str, Any]:
    return {
        "sftp_host": "127.0.0.1", "sftp_port": place.port, "sftp_username": "ada",
        "sftp_password": "{{ password }}", "sftp_host_key": place.host_key,
        "sftp_remote_path": folder,
    }  # fmt: skip


def s3_fields(buckets: S3Server, **fields: Any) -> dict[str, Any]:
    return {
        "s3_bucket": buckets.bucket, "endpoint_url": buckets.endpoint_url,
        "aws_access_key_id": "test", "aws_secret_access_key": "{{ password }}",
        "region_name": "us-east-1", **fields,
    }  # fmt: skip


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A desk with a secret, and two files of one name."""
    desk.environment = {"PASSWORD": "sftp-pass-123"}
    desk.declarations = SecretDeclarations(values={"password": "PASSWORD"})
    desk.names = {"password": "secret://password", "month": "may"}
    desk.download("invoice.pdf", b"%PDF-1 one")
    desk.download("invoice.pdf", b"%PDF-1 other")
    return desk


def upload(desk: Desk, kind: str, **fields: Any) -> BlockOutcome:
    given = {"block_type": "file_upload", "label": "up", "storage_type": kind, **fields}
    return carried_out(FileUploadBlock.model_validate(given), desk.context("up"))


def download(desk: Desk, kind: str, **fields: Any) -> BlockOutcome:
    given = {"block_type": "file_download", "label": "down", "download_target": kind, **fields}
    return carried_out(FileDownloadBlock.model_validate(given), desk.context("down"))


def test_to_an_sftp_server_and_back(office: Desk, place: SftpPlace) -> None:
    fields = sftp_fields(place, "in/{{ month }}")
    outcome = upload(office, "sftp", **fields)
    assert outcome.failure_reason is None
    where = f"sftp://127.0.0.1:{place.port}/in/may"
    assert outcome.output == [f"{where}/invoice.pdf", f"{where}/invoice_2.pdf"]
    folder = place.folder / "in" / "may"
    assert (folder / "invoice.pdf").read_bytes() == b"%PDF-1 one"
    # Again, as of a resumed run: nothing is there twice, nothing is left over.
    assert upload(office, "sftp", **fields).output == outcome.output
    assert {each.name for each in folder.iterdir()} == {"invoice.pdf", "invoice_2.pdf"}
    # Another file of that name takes nobody's place.
    (folder / "invoice.pdf").write_bytes(b"of somebody else")
    again = upload(office, "sftp", **fields)
    assert again.output[0] == f"{where}/invoice_3.pdf"
    assert (folder / "invoice.pdf").read_bytes() == b"of somebody else"

    back = download(office, "sftp", **fields, path="invoice_")
    assert [each.filename for each in back.files] == ["invoice_2.pdf", "invoice_3.pdf"]
    assert office.store.read(back.files[0].key) == b"%PDF-1 other"
    shown = back.output["downloaded_files"]
    assert [each["filename"] for each in shown] == ["invoice_2.pdf", "invoice_3.pdf"]


def test_an_sftp_login_with_a_key(office: Desk, place: SftpPlace) -> None:
    # As it comes out of a variable that has one line.
    office.environment = {"PASSWORD": place.private_key.replace("\n", "\\n")}
    fields = sftp_fields(place, "by-key")
    key = {"sftp_private_key": fields.pop("sftp_password")}
    assert upload(office, "sftp", **fields, **key).status == "completed"


def test_an_sftp_server_that_is_not_sure(office: Desk, place: SftpPlace) -> None:
    fields = sftp_fields(place, "no")
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    for changes, reason in (
        ({"sftp_host_key": other}, "has another key than sftp_host_key says"),
        ({"sftp_host_key": None}, "`ssh-keyscan 127.0.0.1` shows it"),
        ({"sftp_host_key": "x"}, "a key for SFTP can't be read"),
        ({"sftp_password": "wrong-pass"}, "refused the login of 'ada'"),
        ({"sftp_host": "169.254.169.254"}, "metadata service"),
        ({"sftp_host": ""}, "sftp_host: the block needs one"),
    ):
        outcome = upload(office, "sftp", **{**fields, **changes})
        assert outcome.status == "failed"
        assert reason in str(outcome.failure_reason)
        assert "sftp-pass-123" not in outcome.model_dump_json()
    assert not (place.folder / "no").exists()


def test_to_a_bucket_and_back(office: Desk, buckets: S3Server) -> None:
    fields = s3_fields(buckets)
    outcome = upload(office, "s3", **fields, path="books/{{ month }}")
    assert outcome.failure_reason is None
    start = f"s3://{buckets.bucket}/books/may/{RUN}/"
    assert all(uri.startswith(start) and uri.endswith("_invoice.pdf") for uri in outcome.output)
    assert len(set(outcome.output)) == 2
    assert upload(office, "s3", **fields, path="books/may").output == outcome.output

    one = upload(office, "s3", **fields, path="SKYVERN_DOWNLOAD_DIRECTORY/nothing.pdf")
    assert "the run has downloaded no file 'nothing.pdf'" in str(one.failure_reason)

    back = download(office, "s3", **fields, path="books/may/")
    assert sorted(office.store.read(each.key) for each in back.files) == [
        b"%PDF-1 one", b"%PDF-1 other",
    ]  # fmt: skip
    nothing = download(office, "s3", **fields, path="nowhere/")
    assert nothing.failure_reason == "there is no file that begins with 'nowhere/' in the store"
    assert download(office, "s3", **fields, path="nowhere/", continue_on_empty=True).completed


def test_who_gets_the_machines_own_key(
    office: Desk, buckets: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    bare = dict.fromkeys(("aws_access_key_id", "aws_secret_access_key"))
    given = {"block_type": "file_upload", "label": "up", **s3_fields(buckets), **bare}
    fixed = FileUploadBlock.model_validate(given)
    named = FileUploadBlock.model_validate({**given, "s3_bucket": "{{ bucket }}"})
    office.names = {"bucket": buckets.bucket}
    cases: tuple[tuple[Trust, FileUploadBlock, bool], ...] = (
        ("operator", named, False),
        ("definition", fixed, False),
        ("definition", named, True),
        ("nothing", fixed, True),
    )
    for trust, block, refused in cases:
        context = replace(office.context("up"), trust=trust)
        if refused:
            with pytest.raises(BlockError, match="needs a key of its own"):
                block.run(context)
        else:
            assert block.run(context).completed


def test_what_cannot_be_reached_says_what_to_set_up(office: Desk) -> None:
    drive = upload(office, "google_drive", google_drive_folder_id="x")
    assert str(drive.failure_reason).startswith(
        "google_credential_id: the block needs a service account of Google's"
    )
    azure = upload(office, "azure", azure_storage_account_name="acme")
    assert azure.failure_reason == "azure_blob_container_name: the block needs one"


def test_paths_of_a_server_stay_in_its_folder(
    office: Desk, place: SftpPlace, tmp_path: Path
) -> None:
    outcome = download(office, "sftp", **sftp_fields(place, "in"), path="../../../etc/passwd")
    assert outcome.status == "failed"
