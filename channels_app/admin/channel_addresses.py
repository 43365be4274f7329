"""The addresses that a vendor has to be told, as a person pastes them."""

from collections.abc import Iterator

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from channels_app.configured.catalog import Offer
from rooms.conf import get_settings

Line = tuple[str | Promise, str | Promise]

# What a vendor's form asks for beside the address, by the field of the config that holds it.
BESIDE = {
    "verify_token": (_("Verify token"), _("what you entered above; it is not shown again")),
    "webhook_token": (
        _("Token"),
        _("add ?token= and the webhook token that you entered above to the address"),
    ),
}


def webhook_address(offer: Offer, channel_id: str, name: str = "webhook") -> str:
    """Return where a channel's webhooks go, '' if it takes none; a path while PUBLIC_URL is unset.

    Args:
        offer: What the channel is made with.
        channel_id: The channel.
        name: `webhook`, or `status` for what became of messages.
    """
    slug = offer.provider_class.slug
    if not slug:
        return ""
    try:
        path = reverse(
            f"roomkit_channels:roomkit_webhooks:{name}",
            args=[str(offer.kind.channel_type), slug, channel_id],
        )
    except NoReverseMatch:  # a site that has not included them
        return ""
    return f"{(get_settings().PUBLIC_URL or '').rstrip('/')}{path}"


def describe_addresses(offer: Offer, channel_id: str) -> Iterator[Line]:
    """Yield (label, value) of everything that has to be pasted at the vendor."""
    address = webhook_address(offer, channel_id)
    if not address:
        yield _("Webhook address"), _("none: this provider takes no webhooks")
        return
    yield _("Webhook address"), address
    yield _("For delivery reports"), webhook_address(offer, channel_id, "status")
    for name, line in BESIDE.items():
        if name in offer.config_model.model_fields:
            yield line
    if not get_settings().PUBLIC_URL:
        yield (
            _("Warning"),
            _(
                "PUBLIC_URL is not set, so these lack the site's public name, such as "
                "https://chat.example.org. Signatures cover it: set it before vendors post."
            ),
        )
