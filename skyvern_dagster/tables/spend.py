"""Spend by vendor and month, from a table of invoices, and a picture of it."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_DPI = 80
"""A chart of 640 x 288 pixels stays below what is shown inline (``metadata.LARGEST_PICTURE``)."""


def spend_by_vendor_month(invoices: pd.DataFrame) -> pd.DataFrame:
    """Sums the invoices.

    Args:
        invoices: As :func:`~skyvern_dagster.tables.invoice_frame.invoices_frame` makes it.

    Returns:
        Columns ``vendor``, ``month`` (first day), ``currency``, ``invoices``, ``total``; each
        invoice counts once, however often it was downloaded.
    """
    read = invoices.dropna(subset=["invoice_date", "total"])
    once = read.drop_duplicates(subset=["vendor", "invoice_number", "sha256"])
    dated = once.assign(
        month=once["invoice_date"].dt.to_period("M").dt.to_timestamp().astype("datetime64[ns]")
    )
    sums = dated.groupby(["vendor", "month", "currency"], as_index=False, dropna=False).agg(
        invoices=("item", "count"), total=("total", "sum")
    )
    sums["total"] = sums["total"].round(2)
    return sums.sort_values(["vendor", "month", "currency"], ignore_index=True)


def spend_plot(spend: pd.DataFrame) -> str:
    """Markdown with a bar chart: one group of bars per month, one bar per vendor and currency."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 3.6), dpi=_DPI)
    try:
        if spend.empty:
            axes.text(0.5, 0.5, "no invoices yet", ha="center", va="center")
        else:
            labelled = spend.assign(
                series=spend["vendor"] + " (" + spend["currency"].fillna("?") + ")",
                label=spend["month"].dt.strftime("%Y-%m"),
            )
            table = labelled.pivot_table(
                index="label", columns="series", values="total", aggfunc="sum", fill_value=0
            )
            table.astype(float).plot.bar(ax=axes, width=0.8, xlabel="", rot=45)
            axes.legend(title="", fontsize=8)
        axes.set_title("Spend by vendor and month", fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
        figure.tight_layout()
        picture = io.BytesIO()
        figure.savefig(picture, format="png")
    finally:
        pyplot.close(figure)
    data = base64.b64encode(picture.getvalue()).decode()
    return f"![spend by vendor and month](data:image/png;base64,{data})"
