from __future__ import annotations

import smtplib
import socket
import subprocess
import sys
from email.message import EmailMessage

import boto3
import httpx2
import pytest

from skyvern_dagster.demo.accounts import AccountName
from skyvern_dagster.demo.services import DemoServices, demo_services
from skyvern_dagster.errors import SkyvernDagsterError
from tests.demo.visitor import Visitor

HEAVY = ("fastapi", "starlette", "uvicorn", "moto", "boto3", "fpdf", "aiosmtpd", "cryptography")


@pytest.mark.parametrize("module", ["skyvern_dagster.demo", "skyvern_dagster.demo.orders"])
def test_importing_the_demo_is_light(module: str) -> None:
    code = f"import sys, {module}\nsys.stdout.write(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stdout.split()
    assert not set(HEAVY) & set(loaded)


@pytest.mark.parametrize("account", ["plain", "totp"])
def test_the_environment_is_all_that_a_run_needs(
    demo: DemoServices, account: AccountName, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = demo.environment(account)
    expected = demo.accounts[account]
    prefix = "SKYVERN_CREDENTIAL_CREDENTIALS_"
    assert environment[f"{prefix}USERNAME"] == expected.username
    assert environment[f"{prefix}PASSWORD"] == expected.password
    assert environment.get(f"{prefix}TOTP_SECRET") == expected.totp_secret
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    bucket = environment["SKYVERN_UPLOAD_BUCKET"]
    boto3.Session().client("s3").put_object(Bucket=bucket, Key=f"{account}.txt", Body=b"hello")
    assert demo.objects()[f"{account}.txt"] == b"hello"


def test_a_message_arrives_with_the_login_of_the_environment(demo: DemoServices) -> None:
    environment = demo.environment()
    message = EmailMessage()
    message["From"], message["To"] = "a@x.example", "b@x.example"
    message.set_content("Hello")
    before = len(demo.messages)
    with smtplib.SMTP(environment["SMTP_HOST"], int(environment["SMTP_PORT"])) as client:
        client.login(environment["SMTP_USERNAME"], environment["SMTP_PASSWORD"])
        client.send_message(message)
    assert len(demo.messages) == before + 1
    assert demo.messages[-1].logged_in_as == demo.smtp_username


def test_everything_listens_on_loopback_only_and_ends_with_the_context() -> None:
    with demo_services() as demo:
        ports = [demo.shop.port, demo.s3.port, demo.smtp_port]
        for port in ports:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.2", port), timeout=5)
        httpx2.get(demo.shop_url)
        assert [request.path for request in demo.request_log.requests] == ["/"]
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=5)


def test_given_ports_are_used_and_can_be_used_again() -> None:
    with demo_services(smtp_login=False) as first:
        ports = (first.shop.port, first.s3.port, first.smtp_port)
        assert first.environment()["SMTP_USERNAME"] == ""
        with Visitor(first.shop_url) as somebody:
            somebody.log_in("plain")
    shop, s3, smtp = ports
    with demo_services(shop_port=shop, s3_port=s3, smtp_port=smtp, bucket="my-bucket") as second:
        assert (second.shop.port, second.s3.port, second.smtp_port) == ports
        assert second.bucket == "my-bucket"
        assert httpx2.get(second.shop_url).status_code == 200
        assert second.objects() == {}


def test_a_taken_port_stops_what_had_started(demo: DemoServices) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        pytest.raises(SkyvernDagsterError, match=str(demo.smtp_port)),
        demo_services(shop_port=port, smtp_port=demo.smtp_port),
    ):
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_the_servers_are_quiet() -> None:
    code = """
import smtplib, urllib.error, urllib.request
from skyvern_dagster.demo.services import demo_services
with demo_services() as demo:
    urllib.request.urlopen(demo.shop_url).read()
    try:
        urllib.request.urlopen(demo.shop_url + "/nope")
    except urllib.error.HTTPError as error:
        error.close()
    demo.s3.client().put_object(Bucket=demo.bucket, Key="k", Body=b"x")
    assert demo.objects() == {"k": b"x"}
    with smtplib.SMTP(demo.smtp_host, demo.smtp_port) as client:
        client.login(demo.smtp_username, demo.smtp_password)
        client.sendmail("a@x.example", ["b@x.example"], "Subject: x\\n\\nx")
    pending = smtplib.SMTP(demo.smtp_host, demo.smtp_port)
"""
    process = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")
