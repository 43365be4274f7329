"""The chat page in a real browser, against the whole site."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.chat_page import OTHERS, ask_and_wait, open_chat
from tests.site_process import SiteProcess

pytestmark = pytest.mark.chromium


def test_browser_has_nothing_to_complain_about(
    page: Page, site: SiteProcess, complaints: list[str]
) -> None:
    open_chat(page, site.url)
    ask_and_wait(page)
    page.goto(site.url)
    page.goto(f"{site.url}/admin/login/")

    assert complaints == []


def test_cookie_is_out_of_reach_of_the_page(
    page: Page, context: BrowserContext, site: SiteProcess
) -> None:
    open_chat(page, site.url)

    [cookie] = [each for each in context.cookies() if each["name"] == "roomkit_visitor"]
    assert cookie["httpOnly"]
    assert "roomkit_visitor" not in page.evaluate("document.cookie")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_a_telephone(browser: Browser, site: SiteProcess, scheme: str) -> None:
    phone = browser.new_context(
        viewport={"width": 360, "height": 780},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = phone.new_page()
    open_chat(page, site.url)
    ask_and_wait(page)

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    button = page.get_by_role("button", name="Send").bounding_box()
    assert button is not None
    assert min(button["width"], button["height"]) >= 44
    expect(page.locator(OTHERS).last).to_be_in_viewport()
    phone.close()
