"""The rival: the same invoices by a sequential Playwright script that knows the shop by heart.

Run as ``python -m benchmarks.plain_playwright SHOP_URL SINCE`` with the demo's environment.
"""

from __future__ import annotations

import os
import re
import smtplib
import sys
import tempfile
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path

import boto3
from playwright.sync_api import BrowserContext, Page, sync_playwright

from skyvern_dagster.browser.chromium import LocalChromium, find_chromium

_CREDENTIAL = "SKYVERN_CREDENTIAL_CREDENTIALS_"


def main(shop: str, since: date) -> int:
    """Does the whole job and returns how many invoices there were."""
    folder = Path(tempfile.mkdtemp())
    with sync_playwright() as playwright:
        source = find_chromium(bundled=Path(playwright.chromium.executable_path))
        assert isinstance(source, LocalChromium)
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=source.path, args=args)
        context = browser.new_context(accept_downloads=True)
        page = context.new_page()
        log_in(page, shop)
        orders = find_orders(page, shop, since)
        files = [
            file
            for order in orders
            if (file := download(context, page, shop, order, folder)) is not None
        ]
        browser.close()
    upload(files)
    mail(files)
    return len(files)


def log_in(page: Page, shop: str) -> None:
    """Past the cookie banner, through the form."""
    page.goto(shop + "/login")
    page.get_by_role("button", name=re.compile("accept", re.IGNORECASE)).click()
    page.locator("input[type=email]").fill(os.environ[_CREDENTIAL + "USERNAME"])
    page.locator("input[type=password]").fill(os.environ[_CREDENTIAL + "PASSWORD"])
    page.get_by_role("button", name=re.compile(r"^(log|sign) in", re.IGNORECASE)).click()
    page.get_by_role("button", name=re.compile("log out|sign out", re.IGNORECASE)).wait_for()


def find_orders(page: Page, shop: str, since: date) -> list[str]:
    """Ids of the orders on or after a day, over all pages of the history."""
    found: list[str] = []
    page.goto(shop + "/account/orders")
    while True:
        for row in page.get_by_role("row").all_inner_texts():
            order = re.search(r"LF-\d+", row)
            day = re.search(r"[A-Z][a-z]+ \d{1,2}, \d{4}", row)
            if order is None or day is None:
                continue
            if datetime.strptime(day.group(), "%B %d, %Y").date() < since:  # noqa: DTZ007
                return found
            found.append(order.group())
        following = page.get_by_role("link", name=re.compile("^next", re.IGNORECASE))
        if following.count() == 0:
            return found
        following.first.click()
        page.wait_for_load_state()


def download(
    context: BrowserContext, page: Page, shop: str, order: str, folder: Path
) -> Path | None:
    """The order's invoice; ``None`` where there is none."""
    for _ in range(2):
        response = page.goto(f"{shop}/account/orders/{order}")
        if response is not None and response.ok:
            break
    link = page.locator("a[href$='/invoice']")
    if link.count() == 0:
        return None
    path = folder / f"{order}.pdf"
    if link.first.get_attribute("target") == "_blank":
        answer = context.request.get(shop + str(link.first.get_attribute("href")))
        path.write_bytes(answer.body())
        return path
    with page.expect_download() as coming:
        link.first.click()
    coming.value.save_as(path)
    return path


def upload(files: list[Path]) -> None:
    """To the same bucket."""
    client = boto3.client("s3")
    for file in files:
        client.upload_file(str(file), os.environ["SKYVERN_UPLOAD_BUCKET"], f"rival/{file.name}")


def mail(files: list[Path]) -> None:
    """To the same mail server."""
    message = EmailMessage()
    message["From"], message["To"] = "invoices@example.com", "accounting@example.com"
    message["Subject"] = "Invoices"
    message.set_content("Attached.")
    for file in files:
        message.add_attachment(
            file.read_bytes(), maintype="application", subtype="pdf", filename=file.name
        )
    with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"])) as server:
        if os.environ["SMTP_USERNAME"]:
            server.login(os.environ["SMTP_USERNAME"], os.environ["SMTP_PASSWORD"])
        server.send_message(message)


if __name__ == "__main__":
    print(main(sys.argv[1], date.fromisoformat(sys.argv[2])))
