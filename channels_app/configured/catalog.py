"""The providers that a channel can be made with.

Ours are listed here once; those of other packages are named in `ROOMKIT["PROVIDERS"]`. Whose
channel a provider is for follows from the contract that its class derives from.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import signature
from typing import Any, NamedTuple, get_type_hints

from django.utils.module_loading import import_string
from pydantic import BaseModel, create_model

from channels_app.channels.email import EmailChannel
from channels_app.channels.http import HTTPChannel
from channels_app.channels.messenger import MessengerChannel
from channels_app.channels.rcs import RCSChannel
from channels_app.channels.sms import SMSChannel
from channels_app.channels.teams import TeamsChannel
from channels_app.channels.telegram import TelegramChannel
from channels_app.channels.transport import TransportChannel
from channels_app.channels.whatsapp import WhatsAppChannel
from channels_app.channels.whatsapp_personal import WhatsAppPersonalChannel
from channels_app.configured.agent_catalog import is_for_agents
from channels_app.configured.offering import Listed, NotOffered, label_of, load_provider
from channels_app.providers.base.email import EmailProvider
from channels_app.providers.base.http import HTTPProvider
from channels_app.providers.base.messenger import MessengerProvider
from channels_app.providers.base.provider import Provider
from channels_app.providers.base.rcs import RCSProvider
from channels_app.providers.base.sms import SMSProvider
from channels_app.providers.base.teams import TeamsProvider
from channels_app.providers.base.telegram import TelegramProvider
from channels_app.providers.base.whatsapp import WhatsAppProvider
from channels_app.providers.neonize.provider import WhatsAppPersonalProvider
from rooms.conf import get_settings
from rooms.domain.enums import ChannelType
from rooms.domain.json import JsonObject

Factory = Callable[..., TransportChannel]


class Kind(NamedTuple):
    """A type of channel: the contract of its providers, and what makes it."""

    channel_type: ChannelType
    contract: type[Provider]
    factory: Factory
    label: str


KINDS = (
    Kind(ChannelType.SMS, SMSProvider, SMSChannel, "SMS"),
    Kind(ChannelType.RCS, RCSProvider, RCSChannel, "RCS"),
    # A WhatsAppProvider as well, so it stands before these.
    Kind(
        ChannelType.WHATSAPP_PERSONAL,
        WhatsAppPersonalProvider,
        WhatsAppPersonalChannel,
        "WhatsApp (personal account)",
    ),
    Kind(ChannelType.WHATSAPP, WhatsAppProvider, WhatsAppChannel, "WhatsApp"),
    Kind(ChannelType.MESSENGER, MessengerProvider, MessengerChannel, "Messenger"),
    Kind(ChannelType.TEAMS, TeamsProvider, TeamsChannel, "Microsoft Teams"),
    Kind(ChannelType.TELEGRAM, TelegramProvider, TelegramChannel, "Telegram"),
    Kind(ChannelType.EMAIL, EmailProvider, EmailChannel, "E-mail"),
    Kind(ChannelType.WEBHOOK, HTTPProvider, HTTPChannel, "HTTP"),
)


class Ours(NamedTuple):
    """A provider that comes with the package.

    Attributes:
        extra: The package's extra that its SDK comes with.
        parts: Further arguments of the constructor, by the dotted paths of what makes them.
        wrapper: The dotted path of what makes the constructor's argument of a config; mostly empty,
            since that is the config.
        needs: The module of its SDK.
    """

    path: str
    label: str
    channel_type: ChannelType
    extra: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    wrapper: str = ""
    needs: str = ""


OURS = (
    Ours("channels_app.TwilioSMSProvider", "Twilio", ChannelType.SMS, "twilio", needs="twilio"),
    Ours("channels_app.TelnyxSMSProvider", "Telnyx", ChannelType.SMS),
    Ours("channels_app.SinchSMSProvider", "Sinch", ChannelType.SMS),
    Ours("channels_app.VoiceMeUpSMSProvider", "VoiceMeUp", ChannelType.SMS),
    Ours("channels_app.TwilioRCSProvider", "Twilio", ChannelType.RCS, "twilio", needs="twilio"),
    Ours("channels_app.TelnyxRCSProvider", "Telnyx", ChannelType.RCS),
    Ours("channels_app.WhatsAppCloudProvider", "Meta (Cloud API)", ChannelType.WHATSAPP),
    Ours(
        "channels_app.TwilioWhatsAppProvider",
        "Twilio",
        ChannelType.WHATSAPP,
        "twilio",
        needs="twilio",
    ),
    Ours(
        "channels_app.WhatsAppPersonalProvider",
        "neonize (unofficial)",
        ChannelType.WHATSAPP_PERSONAL,
        "whatsapp-personal",
        needs="neonize",
        wrapper="channels_app.WhatsAppPersonalSourceProvider",
    ),
    Ours("channels_app.FacebookMessengerProvider", "Meta", ChannelType.MESSENGER),
    Ours(
        "channels_app.BotFrameworkTeamsProvider",
        "Bot Framework",
        ChannelType.TEAMS,
        "teams",
        (("conversation_store", "channels_app.DatabaseConversationReferenceStore"),),
        needs="jwt",
    ),
    Ours("channels_app.TelegramBotProvider", "Bot", ChannelType.TELEGRAM),
    Ours("channels_app.SMTPProvider", "Mail server (SMTP)", ChannelType.EMAIL),
    Ours("channels_app.SendGridProvider", "SendGrid", ChannelType.EMAIL),
    Ours("channels_app.ElasticEmailProvider", "Elastic Email", ChannelType.EMAIL),
    Ours(
        "channels_app.WebhookHTTPProvider",
        "Webhook",
        ChannelType.WEBHOOK,
        "",
        (("endpoint_store", "channels_app.DatabaseEndpointStore"),),
    ),
)


@dataclass(frozen=True)
class Offer:
    """A provider that a channel can be made with.

    Attributes:
        path: Its dotted path, by which rows name it.
        config_model: What people have to enter of the vendor.
        channel_model: What they may enter of the channel.
    """

    path: str
    label: str
    kind: Kind
    provider_class: type[Provider]
    config_model: type[BaseModel]
    channel_model: type[BaseModel]
    parts: tuple[tuple[str, str], ...] = ()
    wrapper: str = ""

    def make_provider(self, config: BaseModel) -> Provider:
        """Return a provider of its own; whoever asks closes it."""
        make: Callable[..., Provider] = self.provider_class
        told = import_string(self.wrapper)(config) if self.wrapper else config
        return make(told, **{name: import_string(path)() for name, path in self.parts})

    def make_channel(
        self, channel_id: str, provider: Provider, options: JsonObject
    ) -> TransportChannel:
        """Return a channel that sends through a provider."""
        return self.kind.factory(channel_id, provider=provider, **options)


def list_catalog() -> list[Listed]:
    """List every provider by kind of channel, and those that cannot be used with the reason."""
    listed = [_list(path) for path in _paths() if not is_for_agents(path)]
    order = [kind.label for kind in KINDS]
    return sorted(listed, key=lambda each: order.index(each.group) if each.group else len(order))


def find_offer(path: str) -> Offer:
    """Return the provider of a dotted path.

    Raises:
        NotOffered: If it is not listed, does not import, or says not what it has to be told.
    """
    if path not in _paths():
        raise NotOffered(f"{path} is not listed: name it in ROOMKIT['PROVIDERS']")
    ours = _ours(path)
    provider_class = _load(path, ours)
    kind = next((kind for kind in KINDS if issubclass(provider_class, kind.contract)), None)
    if kind is None:
        raise NotOffered(f"{path} derives from no contract such as SMSProvider")
    if provider_class.config_model is None:
        raise NotOffered(f"{path} has no config_model that says what people have to enter")
    return Offer(
        path=path,
        label=ours.label if ours else label_of(provider_class),
        kind=kind,
        provider_class=provider_class,
        config_model=provider_class.config_model,
        channel_model=_channel_model(kind.factory),
        parts=ours.parts if ours else (),
        wrapper=ours.wrapper if ours else "",
    )


def _paths() -> Iterator[str]:
    yield from (ours.path for ours in OURS)
    yield from get_settings().PROVIDERS


def _ours(path: str) -> Ours | None:
    return next((ours for ours in OURS if ours.path == path), None)


def _list(path: str) -> Listed:
    ours = _ours(path)
    try:
        offer = find_offer(path)
    except NotOffered as problem:
        group = _label_of_type(ours.channel_type) if ours else ""
        return Listed(path, ours.label if ours else path, group, str(problem))
    return Listed(path, offer.label, offer.kind.label)


def _load(path: str, ours: Ours | None) -> type[Provider]:
    if ours is None:
        return load_provider(path)
    return load_provider(path, label=ours.label, extra=ours.extra, needs=ours.needs)


def _channel_model(factory: Factory) -> type[BaseModel]:
    """Return what a factory of channels takes beside id and provider, as a model."""
    hints = get_type_hints(factory)
    fields: dict[str, Any] = {
        name: (hints[name], parameter.default)
        for name, parameter in signature(factory).parameters.items()
        if name not in {"channel_id", "provider"}
    }
    return create_model("ChannelOptions", __doc__=factory.__doc__, **fields)


def _label_of_type(channel_type: ChannelType) -> str:
    return next(kind.label for kind in KINDS if kind.channel_type is channel_type)
