"""Holding what a demo run has delivered against what the shop has, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.demo.mailbox import ReceivedMessage
from skyvern_dagster.demo.orders import Order
from skyvern_dagster.demo.services import DemoServices
from skyvern_dagster.execution.records import BlockRecord

UPLOAD_BLOCK = "upload_downloaded_files_to_s3"


@dataclass(frozen=True)
class DeliveredInvoice:
    """One order's invoice, as far as it came.

    Attributes:
        file: Name of the downloaded file; empty when there is none.
        s3_uri: Where it lies in S3; empty when it isn't there with the same bytes.
        mailed: Whether it was attached to the e-mail with the same bytes.
        expected: Whether the order has an invoice.
        reason: Why there is none.
    """

    order_id: str
    order_date: date
    expected: bool
    file: str = ""
    size: int = 0
    s3_uri: str = ""
    mailed: bool = False
    reason: str = ""

    @property
    def missing(self) -> str:
        """What is wrong with it; empty when all is well."""
        if not self.expected:
            return "an invoice that the shop doesn't have" if self.file else ""
        if not self.file:
            return f"not downloaded ({self.reason or 'the order was not found'})"
        lacking = [
            name for name, there in (("S3", self.s3_uri), ("e-mail", self.mailed)) if not there
        ]
        return f"not in {' and '.join(lacking)}" if lacking else ""


def delivered_invoices(
    demo: DemoServices, records: Sequence[BlockRecord], store: ArtifactStore, since: date
) -> list[DeliveredInvoice]:
    """One entry per qualifying order, newest first."""
    by_order = {
        str(record.loop_value.get("order_id")): record
        for record in records
        if isinstance(record.loop_value, dict)
    }
    objects = {f"s3://{demo.bucket}/{key}": content for key, content in demo.objects().items()}
    uris = next((r.outcome.output for r in records if r.label == UPLOAD_BLOCK), None) or []
    uploaded = {objects[uri]: uri for uri in uris if uri in objects}
    attached = {content for message in demo.messages for content in _attachments(message)}
    return [
        _delivered(order, by_order.get(order.order_id), store, uploaded, attached)
        for order in demo.orders_since(since)
    ]


def _delivered(
    order: Order,
    record: BlockRecord | None,
    store: ArtifactStore,
    uploaded: dict[bytes, str],
    attached: set[bytes],
) -> DeliveredInvoice:
    entry = DeliveredInvoice(order.order_id, order.order_date, order.has_invoice)
    if record is None:
        return entry
    files = record.outcome.files
    if not files or not order.has_invoice:
        name = files[0].filename if files else ""
        return DeliveredInvoice(
            order.order_id,
            order.order_date,
            order.has_invoice,
            file=name,
            reason=record.outcome.failure_reason or "",
        )
    content = order.invoice_pdf()
    right = [file for file in files if store.read(file.key) == content]
    if not right:
        reason = f"{files[0].filename} is not this order's invoice"
        return DeliveredInvoice(order.order_id, order.order_date, expected=True, reason=reason)
    return DeliveredInvoice(
        order.order_id,
        order.order_date,
        expected=True,
        file=right[0].filename,
        size=right[0].size,
        s3_uri=uploaded.get(content, ""),
        mailed=content in attached,
    )


def _attachments(message: ReceivedMessage) -> list[bytes]:
    return list(message.attachments.values())
