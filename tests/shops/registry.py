"""All portals by name."""

from __future__ import annotations

from tests.shops.buchhandel.shop import PORTAL as BUCHHANDEL
from tests.shops.cloudbill.shop import PORTAL as CLOUDBILL
from tests.shops.ferreteria.shop import PORTAL as FERRETERIA
from tests.shops.fietswinkel.shop import PORTAL as FIETSWINKEL
from tests.shops.framehouse.shop import PORTAL as FRAMEHOUSE
from tests.shops.gardenia.shop import PORTAL as GARDENIA
from tests.shops.hotelbooker.shop import PORTAL as HOTELBOOKER
from tests.shops.megamart.shop import PORTAL as MEGAMART
from tests.shops.meridian.shop import PORTAL as MERIDIAN
from tests.shops.nolinks.shop import PORTAL as NOLINKS
from tests.shops.officehub.shop import PORTAL as OFFICEHUB
from tests.shops.papeterie.shop import PORTAL as PAPETERIE
from tests.shops.portal import Portal
from tests.shops.toolbarn.shop import PORTAL as TOOLBARN
from tests.shops.vanishing.shop import PORTAL as VANISHING
from tests.shops.werkstatt.shop import PORTAL as WERKSTATT

PORTALS: dict[str, Portal] = {
    portal.name: portal
    for portal in (
        *(PAPETERIE, TOOLBARN, WERKSTATT, CLOUDBILL, MEGAMART, GARDENIA, FRAMEHOUSE),
        *(BUCHHANDEL, OFFICEHUB, HOTELBOOKER, VANISHING, NOLINKS, FERRETERIA, FIETSWINKEL),
        MERIDIAN,
    )
}
