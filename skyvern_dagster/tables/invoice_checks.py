"""Checks of a table of invoices, as functions that a project may use for its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import dagster as dg

_HALF_A_CENT = 0.005
"""Totals are in cents, and are floats here: less than half of one is rounding."""

if TYPE_CHECKING:
    import pandas as pd

NO_INVOICE = ("terminated",)
"""Endings of an item which say that the portal has no document (yet): no mistake of ours."""

Check = Callable[["pd.DataFrame"], dg.AssetCheckResult]


def every_item_has_an_invoice(invoices: pd.DataFrame) -> dg.AssetCheckResult:
    """Every qualifying order has an invoice, or the portal said that it has none."""
    lacking = invoices[invoices["file"].isna()]
    broken = lacking[~lacking["status"].isin(NO_INVOICE)]
    return _result(
        broken,
        {
            "items": len(invoices),
            "with_invoice": len(invoices) - len(lacking),
            "portal_has_none": len(lacking) - len(broken),
        },
        ["item", "status", "failure_reason"],
    )


def every_file_is_its_invoice(invoices: pd.DataFrame) -> dg.AssetCheckResult:
    """Each PDF opens, is an invoice, and names the order that it was downloaded for."""
    files = invoices[invoices["file"].notna()]
    unreadable = files["problem"].notna()
    other = files["order_number"].notna() & (files["order_number"] != files["item"])
    return _result(
        files[unreadable | other],
        {"files": len(files), "unreadable": int(unreadable.sum()), "of_another": int(other.sum())},
        ["item", "file", "order_number", "problem"],
    )


def totals_agree(invoices: pd.DataFrame, *, column: str = "order_total") -> dg.AssetCheckResult:
    """The invoice's total is what the portal's order page says.

    Args:
        column: The item's field with the order's total; without it nothing can be compared, and the
            check says so and fails.
    """
    if column not in invoices:
        return dg.AssetCheckResult(
            passed=False,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"the items have no field {column!r} to compare with",
        )
    both = invoices[invoices["total"].notna() & invoices[column].notna()]
    apart = both[(both["total"] - both[column].astype("Float64")).abs() > _HALF_A_CENT]
    return _result(apart, {"compared": len(both)}, ["item", "total", column])


def no_duplicates(invoices: pd.DataFrame) -> dg.AssetCheckResult:
    """No order stands twice, and no file belongs to two orders."""
    twice = invoices.duplicated(subset=["vendor", "item"], keep=False)
    shared = invoices["sha256"].notna() & invoices.duplicated(subset=["sha256"], keep=False)
    return _result(
        invoices[twice | shared],
        {"items_twice": int(twice.sum()), "files_twice": int(shared.sum())},
        ["item", "file", "sha256"],
    )


CHECKS: dict[str, Check] = {
    "every_item_has_an_invoice": every_item_has_an_invoice,
    "every_file_is_its_invoice": every_file_is_its_invoice,
    "totals_agree": totals_agree,
    "no_duplicates": no_duplicates,
}
"""Name of the check in Dagster -> function."""


def build_invoice_checks(
    asset: dg.CoercibleToAssetKey, *, blocking: bool = False
) -> list[dg.AssetChecksDefinition]:
    """The checks as asset checks of a table of invoices.

    Args:
        asset: The table's asset; its value must be a DataFrame of invoices.
        blocking: Whether assets downstream wait for the checks.
    """
    return [_check(name, check, asset, blocking=blocking) for name, check in CHECKS.items()]


def _check(
    name: str, check: Check, asset: dg.CoercibleToAssetKey, *, blocking: bool
) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        name=name,
        asset=asset,
        blocking=blocking,
        description=(check.__doc__ or "").partition("\n")[0],
    )
    def checked(invoices):  # type: ignore[no-untyped-def]
        return check(invoices)

    return checked


def _result(wrong: pd.DataFrame, counts: dict[str, int], columns: list[str]) -> dg.AssetCheckResult:
    rows = [
        dg.TableRecord({name: _text(row[name]) for name in columns})
        for _, row in wrong[columns].head(20).iterrows()
    ]
    table = dg.MetadataValue.table(
        rows, schema=dg.TableSchema([dg.TableColumn(name, "string") for name in columns])
    )
    return dg.AssetCheckResult(
        passed=wrong.empty,
        severity=dg.AssetCheckSeverity.ERROR,
        description="" if wrong.empty else f"{len(wrong)} rows are wrong",
        metadata={**counts, "wrong": len(wrong), "rows": table},
    )


def _text(value: object) -> str:
    import pandas as pd

    return "" if value is None or value is pd.NA or value is pd.NaT else str(value)
