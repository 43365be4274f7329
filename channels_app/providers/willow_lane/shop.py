"""What Willow Lane sells and what was ordered there. Everything is invented."""

from dataclasses import dataclass
from enum import StrEnum

FREE_DELIVERY_FROM_CENTS = 50_00
DELIVERY_CENTS = 4_90


class Language(StrEnum):
    """The languages the demo assistant speaks."""

    ENGLISH = "en"
    FRENCH = "fr"


@dataclass(frozen=True, kw_only=True)
class Product:
    """One article; `keywords` are accent-free stems a customer may write."""

    name: dict[Language, str]
    note: dict[Language, str]
    price_cents: int
    keywords: tuple[str, ...]
    in_stock: bool = True


class OrderState(StrEnum):
    """How far an order has come."""

    PACKING = "packing"
    DELAYED = "delayed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURNED = "returned"


@dataclass(frozen=True, kw_only=True)
class Order:
    """One order: (quantity, product key) per line."""

    number: str
    state: OrderState
    lines: tuple[tuple[int, str], ...]
    carrier: str = ""
    tracking: str = ""

    @property
    def total_cents(self) -> int:
        """What was paid, delivery included, in euro cents."""
        goods = sum(quantity * PRODUCTS[key].price_cents for quantity, key in self.lines)
        return goods if goods >= FREE_DELIVERY_FROM_CENTS else goods + DELIVERY_CENTS


EN, FR = Language.ENGLISH, Language.FRENCH

PRODUCTS: dict[str, Product] = {
    "candle": Product(
        name={EN: "Beeswax candle", FR: "Bougie en cire d'abeille"},
        note={EN: "Burns for about 40 hours.", FR: "Elle brûle environ 40 heures."},
        price_cents=14_00,
        keywords=("candle", "beeswax", "bougie"),
    ),
    "mug": Product(
        name={EN: "Stoneware mug", FR: "Tasse en grès"},
        note={EN: "Holds 35 cl, dishwasher-safe.", FR: "35 cl, passe au lave-vaisselle."},
        price_cents=18_00,
        keywords=("mug", "cup", "tasse"),
    ),
    "towel": Product(
        name={EN: "Linen tea towel", FR: "Torchon en lin"},
        note={EN: "50 × 70 cm, washable at 60 °C.", FR: "50 × 70 cm, lavable à 60 °C."},
        price_cents=12_00,
        keywords=("towel", "linen", "torchon"),
    ),
    "blanket": Product(
        name={EN: "Wool blanket", FR: "Couverture en laine"},
        note={EN: "130 × 180 cm, pure new wool.", FR: "130 × 180 cm, pure laine vierge."},
        price_cents=79_00,
        keywords=("blanket", "couverture", "plaid"),
    ),
    "basket": Product(
        name={EN: "Willow basket", FR: "Panier en osier"},
        note={EN: "Woven by hand, 40 cm wide.", FR: "Tressé à la main, 40 cm de large."},
        price_cents=45_00,
        keywords=("basket", "panier"),
        in_stock=False,
    ),
    "herbs": Product(
        name={EN: "Herb garden kit", FR: "Kit d'herbes aromatiques"},
        note={EN: "Basil, thyme and chives.", FR: "Basilic, thym et ciboulette."},
        price_cents=24_00,
        keywords=("herb", "herbes", "basil", "aromatique"),
    ),
    "lamp": Product(
        name={EN: "Reading lamp", FR: "Lampe de lecture"},
        note={EN: "Brass, with a warm LED bulb.", FR: "Laiton, ampoule LED chaude."},
        price_cents=62_00,
        keywords=("lamp", "lampe"),
    ),
    "can": Product(
        name={EN: "Watering can", FR: "Arrosoir"},
        note={EN: "Zinc, 5 litres.", FR: "Zinc, 5 litres."},
        price_cents=29_00,
        keywords=("watering can", "arrosoir"),
    ),
}

ORDERS: dict[str, Order] = {
    order.number: order
    for order in (
        Order(
            number="20391",
            state=OrderState.SHIPPED,
            lines=((1, "blanket"), (2, "mug")),
            carrier="Swift Post",
            tracking="SP-20391-WL",
        ),
        Order(number="20417", state=OrderState.PACKING, lines=((1, "herbs"), (1, "can"))),
        Order(number="20402", state=OrderState.DELAYED, lines=((1, "basket"),)),
        Order(number="20288", state=OrderState.DELIVERED, lines=((2, "candle"),)),
        Order(number="20355", state=OrderState.RETURNED, lines=((1, "lamp"),)),
    )
}


def format_price(cents: int, language: Language) -> str:
    """Return a price in euros as the language writes it."""
    euros = f"{cents // 100}.{cents % 100:02}"
    return f"{euros.replace('.', ',')} €" if language is FR else f"€{euros}"


def name_items(order: Order, language: Language) -> str:
    """Return what was ordered, as in `1 × wool blanket, 2 × stoneware mug`."""
    named = ((quantity, PRODUCTS[key].name[language]) for quantity, key in order.lines)
    return ", ".join(f"{quantity} × {name[0].lower()}{name[1:]}" for quantity, name in named)
