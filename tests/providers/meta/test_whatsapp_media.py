import base64
import hashlib
from collections.abc import AsyncIterator

import pytest

from channels_app.providers.base.http_client import SendProblem
from channels_app.providers.base.media import MediaUnavailable
from channels_app.providers.meta.config import WhatsAppCloudConfig
from channels_app.providers.meta.whatsapp import WhatsAppCloudProvider
from channels_app.testing.fakes import meta_whatsapp_webhooks as fake
from channels_app.testing.fakes.meta_whatsapp import DOWNLOADS, FakeWhatsAppCloud, MediaFile
from channels_app.testing.fakes.server import Fault, Response
from rooms.domain.message import InboundMessage
from tests.providers.meta.said import webhook

PICTURE = b"\xff\xd8\xffpicture"
MEDIA_ID = "65463453"


@pytest.fixture(autouse=True)
def picture(cloud: FakeWhatsAppCloud) -> MediaFile:
    cloud.media[MEDIA_ID] = MediaFile(PICTURE, "image/jpeg")
    return cloud.media[MEDIA_ID]


def downloads(cloud: FakeWhatsAppCloud) -> int:
    return sum(request.path == DOWNLOADS for request in cloud.requests)


async def test_fetches_by_the_address_in_the_content(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    posted = cloud.hooks.inbound(fake.media("image", MEDIA_ID, "image/jpeg"))
    (item,) = whatsapp.parse(webhook(posted), "wa")
    assert isinstance(item, InboundMessage)

    media = await whatsapp.fetch_media(item.content.url)  # type: ignore[union-attr]  # a file
    assert (media.content, media.mime_type) == (PICTURE, "image/jpeg")
    assert media.sha256 == hashlib.sha256(PICTURE).hexdigest()


async def test_an_address_that_has_expired_is_asked_for_again(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    cloud.fail_next(Fault(), Fault(Response(404)))

    assert (await whatsapp.fetch_media(MEDIA_ID)).content == PICTURE
    assert downloads(cloud) == 2


async def test_a_file_that_is_gone_is_not_asked_for_forever(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    cloud.fail_next(Fault(), Fault(Response(404)), Fault(), Fault(Response(404)))

    with pytest.raises(MediaUnavailable, match="any more"):
        await whatsapp.fetch_media(MEDIA_ID)
    assert downloads(cloud) == 2


async def test_an_unknown_id_is_metas_refusal(whatsapp: WhatsAppCloudProvider) -> None:
    with pytest.raises(SendProblem) as problem:
        await whatsapp.fetch_media("1")
    assert problem.value.result.code == "100/33"


@pytest.mark.parametrize("reference", ["", "../me", "https://graph.facebook.com/v25.0/me", "1?x=2"])
async def test_nothing_but_ids_is_asked_for(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider, reference: str
) -> None:
    with pytest.raises(MediaUnavailable, match="no media id"):
        await whatsapp.fetch_media(reference)
    assert cloud.requests == []


def located(url: str, **more: object) -> Fault:
    return Fault(Response(200, {"url": url, "mime_type": "image/jpeg", **more}))


@pytest.fixture
async def strict(whatsapp_config: WhatsAppCloudConfig) -> AsyncIterator[WhatsAppCloudProvider]:
    hosts = ("lookaside.fbsbx.com",)
    provider = WhatsAppCloudProvider(whatsapp_config.model_copy(update={"media_hosts": hosts}))
    yield provider
    await provider.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x",
        "https://files.example.org/x",
        "https://lookaside.fbsbx.com.example.org/x",
        "https://lookaside.fbsbx.com@127.0.0.1/x",
        "https://evil-lookaside.fbsbx.com/x",
        "file:///etc/passwd",
        "not an address",
    ],
)
async def test_the_token_is_shown_to_metas_hosts_only(
    cloud: FakeWhatsAppCloud, strict: WhatsAppCloudProvider, url: str
) -> None:
    cloud.fail_next(located(url))

    with pytest.raises(MediaUnavailable, match=r"lookaside\.fbsbx\.com"):
        await strict.fetch_media(MEDIA_ID)
    assert downloads(cloud) == 0


async def test_redirects_are_not_followed(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    away = Response(302, headers={"Location": f"{cloud.url}{DOWNLOADS}?mid=1"})
    cloud.fail_next(Fault(), Fault(away))

    with pytest.raises(MediaUnavailable, match="302"):
        await whatsapp.fetch_media(MEDIA_ID)
    assert downloads(cloud) == 1


@pytest.mark.parametrize("told", [False, True])
async def test_a_file_that_is_too_large_is_not_kept(
    cloud: FakeWhatsAppCloud, whatsapp_config: WhatsAppCloudConfig, told: bool
) -> None:
    config = whatsapp_config.model_copy(update={"max_media_bytes": len(PICTURE) - 1})
    if not told:
        url = f"{cloud.url}{DOWNLOADS}?mid={MEDIA_ID}&ext=1&hash=ATx"
        cloud.fail_next(located(url))

    provider = WhatsAppCloudProvider(config)
    with pytest.raises(MediaUnavailable, match="bytes"):
        await provider.fetch_media(MEDIA_ID)
    await provider.close()
    assert downloads(cloud) == (0 if told else 1)


async def test_another_file_than_announced_is_refused(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    digest = hashlib.sha256(PICTURE).digest()
    for announced in (digest.hex(), base64.b64encode(digest).decode()):
        assert (await whatsapp.fetch_media(MEDIA_ID, sha256=announced)).content == PICTURE
    with pytest.raises(MediaUnavailable, match="not what was announced"):
        await whatsapp.fetch_media(MEDIA_ID, sha256=hashlib.sha256(b"other").hexdigest())


async def test_a_line_that_breaks_names_no_address(
    cloud: FakeWhatsAppCloud, whatsapp: WhatsAppCloudProvider
) -> None:
    cloud.fail_next(Fault(), Fault(drops_after=True))

    with pytest.raises(MediaUnavailable) as problem:
        await whatsapp.fetch_media(MEDIA_ID)
    assert "hash" not in str(problem.value)
