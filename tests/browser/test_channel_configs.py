"""Connecting a phone number in a real browser, without touching settings or code."""

from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from channels_app.testing.fakes import twilio_answers
from channels_app.testing.fakes.twilio import FakeTwilio
from channels_app.testing.fakes.twilio_webhooks import TwilioWebhooks
from tests.cluster.ports import take_free_port
from tests.cluster.waiting import wait_until
from tests.site_process import SiteProcess, running_site

pytestmark = pytest.mark.chromium

PASSWORD = "a-password-for-tests"
WORDS = "Is anybody there?"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteProcess]:
    port = take_free_port()
    environment = {
        "ROOMKIT_ADMIN_PASSWORD": PASSWORD,
        "ROOMKIT_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    directory = tmp_path_factory.mktemp("site")
    with running_site(directory, port=port, environment=environment) as running:
        yield running


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio().serving() as fake:
        yield fake


@pytest.fixture
def admin(page: Page, site: SiteProcess) -> Page:
    # Django's admin names no icon, so browsers ask for one that nobody has.
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.goto(f"{site.url}/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    return page


def fill(page: Page, fake: FakeTwilio, token: str) -> None:
    page.get_by_label("Channel id").fill("support-line")
    page.get_by_label("Account SID").fill(twilio_answers.ACCOUNT_SID)
    page.get_by_label("Auth token", exact=False).first.fill(token)
    page.locator("[name=config_from_number]").fill(twilio_answers.NUMBER)
    further = page.locator("details", has_text="Further settings")
    if further.get_attribute("open") is None:
        further.locator("summary").click()
    page.get_by_label("Base URL").fill(fake.url)


def text_to(address: str) -> int:
    """Post a text message to the address on the page, as Twilio does; return the answer's status.

    Raises:
        HTTPError: If it is refused.
    """
    webhook = TwilioWebhooks(address).inbound_text(WORDS)
    request = Request(address, webhook.body, webhook.headers)  # noqa: S310 - our own site
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
        return int(answer.status)


def test_number_is_connected_and_takes_a_text(
    admin: Page, site: SiteProcess, twilio: FakeTwilio, complaints: list[str]
) -> None:
    admin.get_by_role("link", name="Channels", exact=True).click()
    admin.get_by_role("link", name="Add channel").click()
    admin.locator(".module", has_text="SMS").get_by_role("link", name="Twilio").click()
    fill(admin, twilio, "not-the-right-token")
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.locator(".errorlist")).to_contain_text("auth token")
    assert "not-the-right-token" not in admin.content()

    fill(admin, twilio, twilio_answers.AUTH_TOKEN)
    admin.get_by_role("button", name="Save", exact=True).click()
    admin.locator("#result_list").get_by_role("link", name="support-line").click()
    address = admin.locator(".field-addresses .readonly div").first.inner_text()
    status = text_to(address.removeprefix("Webhook address: "))

    def is_there() -> bool:
        admin.goto(f"{site.url}/admin/roomkit_rooms/event/?q=")
        return WORDS in admin.content()

    assert status in {200, 204}
    wait_until(is_there, within_s=15, what="the text is on a timeline")
    assert complaints == []
    assert twilio_answers.AUTH_TOKEN not in site.output
