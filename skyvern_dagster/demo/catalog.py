"""What the demo shop sells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Product:
    """One article; ``slug`` names its page and its picture, the price is without VAT."""

    slug: str
    name: str
    category: str
    price: Decimal
    summary: str
    details: tuple[str, ...]


CATEGORIES: tuple[str, ...] = ("Furniture", "Lighting", "Writing", "Storage")

PRODUCTS: tuple[Product, ...] = (
    Product(
        "alder-standing-desk",
        "Alder standing desk",
        "Furniture",
        Decimal("489.00"),
        "A quiet two-motor frame under a solid alder top.",
        ("160 x 80 cm", "Height 62 to 127 cm", "Ten-year guarantee"),
    ),
    Product(
        "tern-task-chair",
        "Tern task chair",
        "Furniture",
        Decimal("312.50"),
        "A breathing mesh back that keeps up with a long afternoon.",
        ("Seat height 42 to 54 cm", "Adjustable lumbar support", "Spare parts for 15 years"),
    ),
    Product(
        "beacon-desk-lamp",
        "Beacon desk lamp",
        "Lighting",
        Decimal("84.90"),
        "Warm to neutral light at the turn of a brass dial.",
        ("7 W LED, 2700 to 4000 K", "Reach 58 cm", "Colour rendering index 95"),
    ),
    Product(
        "lantern-pendant",
        "Lantern pendant",
        "Lighting",
        Decimal("139.00"),
        "Opal glass for meeting tables that seat six to eight.",
        ("Diameter 34 cm", "Cable 2 m", "E27, up to 40 W"),
    ),
    Product(
        "foolscap-notebooks",
        "Foolscap notebooks, set of five",
        "Writing",
        Decimal("27.40"),
        "Thread-sewn, 120 pages each, paper that takes ink well.",
        ("17 x 21 cm", "100 g/m2, dotted", "Recycled covers"),
    ),
    Product(
        "sloe-ink-pens",
        "Sloe ink pens, box of twelve",
        "Writing",
        Decimal("19.80"),
        "A 0.5 mm line in blue-black that dries before the page turns.",
        ("Refillable", "Metal clip", "Blue-black pigment ink"),
    ),
    Product(
        "quay-filing-cabinet",
        "Quay filing cabinet",
        "Storage",
        Decimal("228.00"),
        "Three drawers, one key, and castors that lock.",
        ("42 x 59 x 60 cm", "Powder-coated steel", "Takes A4 hanging files"),
    ),
    Product(
        "stack-archive-boxes",
        "Stack archive boxes, pack of ten",
        "Storage",
        Decimal("36.20"),
        "Acid-free board that folds flat until it is needed.",
        ("32 x 26 x 10 cm", "Label window", "Holds 900 sheets"),
    ),
)


def product_of(slug: str) -> Product | None:
    """The product whose page has this name."""
    return next((one for one in PRODUCTS if one.slug == slug), None)
