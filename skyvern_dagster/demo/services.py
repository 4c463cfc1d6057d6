"""Everything the demo needs, started and stopped together: shop, S3 server, mail server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from skyvern_dagster.demo.accounts import ACCOUNTS, Account, AccountName
from skyvern_dagster.demo.mailbox import ReceivedMessage
from skyvern_dagster.demo.orders import START_DATE, Order
from skyvern_dagster.demo.s3_server import (
    S3_ACCESS_KEY_ID,
    S3_REGION,
    S3_SECRET_ACCESS_KEY,
    S3Server,
)
from skyvern_dagster.demo.shop.request_log import RequestLog
from skyvern_dagster.demo.shop.seller import SELLER
from skyvern_dagster.demo.shop.server import ShopServer
from skyvern_dagster.demo.smtp_sink import SmtpSink, SmtpTls

SMTP_USERNAME = "workflows@harbourpine.example"
SMTP_PASSWORD = "Paper-Plane-19"  # noqa: S105 - invented, opens nothing but the demo's mail server

_CREDENTIAL = "SKYVERN_CREDENTIAL_CREDENTIALS_"


@dataclass(frozen=True)
class DemoServices:
    """The running servers, and what is known about them beforehand.

    Attributes:
        shop: The shop; ``shop.stop()`` and the like make it fail on purpose.
        s3: The S3 server.
        smtp: The mail server.
    """

    shop: ShopServer
    s3: S3Server
    smtp: SmtpSink

    @property
    def shop_url(self) -> str:
        """Front page of the shop, without a slash at the end."""
        return self.shop.url

    @property
    def request_log(self) -> RequestLog:
        """What was asked of the shop, and how long it took."""
        return self.shop.request_log

    @property
    def accounts(self) -> dict[AccountName, Account]:
        """Who can log in, by kind; all see the same orders."""
        return dict(ACCOUNTS)

    @property
    def orders(self) -> tuple[Order, ...]:
        """All orders, newest first."""
        return self.shop.orders

    def orders_since(self, day: date = START_DATE) -> tuple[Order, ...]:
        """The orders on or after a day, newest first."""
        return tuple(order for order in self.orders if order.order_date >= day)

    @property
    def contact_emails(self) -> tuple[str, ...]:
        """The shop's e-mail addresses that its order history shows."""
        return (SELLER.billing_email, SELLER.support_email)

    @property
    def s3_endpoint_url(self) -> str:
        """Endpoint for S3 clients."""
        return self.s3.endpoint_url

    @property
    def bucket(self) -> str:
        """The bucket that exists."""
        return self.s3.bucket

    def objects(self) -> dict[str, bytes]:
        """Content of every object in the bucket, by key."""
        return self.s3.objects()

    @property
    def smtp_host(self) -> str:
        """Address of the mail server."""
        return self.smtp.host

    @property
    def smtp_port(self) -> int:
        """Port of the mail server."""
        return self.smtp.port

    @property
    def smtp_username(self) -> str | None:
        """User name for the mail server, where it asks for one."""
        return self.smtp.username

    @property
    def smtp_password(self) -> str | None:
        """Password for the mail server, where it asks for one."""
        return self.smtp.password

    @property
    def messages(self) -> tuple[ReceivedMessage, ...]:
        """Messages that the mail server has accepted, oldest first."""
        return self.smtp.messages

    def environment(self, account: AccountName = "plain") -> dict[str, str]:
        """Environment variables that a run of the workflow needs.

        Args:
            account: Who logs in to the shop.
        """
        who = ACCOUNTS[account]
        variables = {
            "DEMO_SHOP_URL": self.shop_url,
            "AWS_ENDPOINT_URL_S3": self.s3_endpoint_url,
            "AWS_ACCESS_KEY_ID": S3_ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": S3_SECRET_ACCESS_KEY,
            "AWS_DEFAULT_REGION": S3_REGION,
            "SKYVERN_UPLOAD_BUCKET": self.bucket,
            f"{_CREDENTIAL}USERNAME": who.username,
            f"{_CREDENTIAL}PASSWORD": who.password,
            f"{_CREDENTIAL}HOSTS": urlsplit(self.shop_url).hostname or "",
            "SMTP_HOST": self.smtp_host,
            "SMTP_PORT": str(self.smtp_port),
            "SMTP_USERNAME": self.smtp_username or "",
            "SMTP_PASSWORD": self.smtp_password or "",
        }
        if who.totp_secret:
            variables[f"{_CREDENTIAL}TOTP_SECRET"] = who.totp_secret
        return variables


@contextmanager
def demo_services(
    *,
    shop_port: int = 0,
    s3_port: int = 0,
    smtp_port: int = 0,
    bucket: str = "",
    smtp_login: bool = True,
    smtp_tls: SmtpTls = "none",
) -> Iterator[DemoServices]:
    """Runs the demo's servers on loopback while the context is open.

    Args:
        shop_port: Port of the shop; 0 takes a free one, here and below.
        s3_port: Port of the S3 server.
        smtp_port: Port of the mail server.
        bucket: Name of the bucket; by default one that is free.
        smtp_login: Whether the mail server asks for a login.
        smtp_tls: Whether it speaks TLS, and how, with a self-signed certificate.

    Yields:
        The running servers.

    Raises:
        SkyvernDagsterError: A port is taken.
    """
    demo = DemoServices(
        shop=ShopServer(port=shop_port),
        s3=S3Server(port=s3_port, bucket=bucket),
        smtp=SmtpSink(
            port=smtp_port,
            username=SMTP_USERNAME if smtp_login else None,
            password=SMTP_PASSWORD if smtp_login else None,
            tls=smtp_tls,
        ),
    )
    with ExitStack() as running:
        for server in (demo.shop, demo.smtp, demo.s3):
            server.start()
            running.callback(server.stop)
        running.callback(demo.s3.delete_bucket)
        yield demo
