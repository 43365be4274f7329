"""The chat page in a real browser, against the whole site."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.site_process import SiteProcess, running_site

pytestmark = pytest.mark.chromium

QUESTION = "Where is my order?"
ANSWER = "What is your order number?"
OTHERS = "[data-author^=ai] .rk-chat-bubble"
OWN = "[data-side=own] .rk-chat-bubble"

# The dead process held its work for 15 s at most.
LEASE_RUNS_OUT_MS = 30_000

# Watches from the first character on how long the newest answer is.
RECORD_LENGTHS = """
window.lengths = [];
new MutationObserver(() => {
  const bubble = [...document.querySelectorAll("[data-author^=ai] .rk-chat-bubble")].at(-1);
  if (bubble) window.lengths.push(bubble.textContent.length);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""

READ_EVENTS = """
async () => {
  const settings = JSON.parse(document.getElementById("rk-chat-settings").textContent);
  return (await (await fetch(settings.eventsPath)).json()).events;
}
"""


def open_chat(page: Page, site: SiteProcess) -> None:
    page.goto(f"{site.url}/chat/")
    expect(page.locator("rk-chat[data-connection=live]")).to_be_visible()


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def ask_and_wait(page: Page, text: str = QUESTION, answer: str = ANSWER) -> None:
    say(page, text)
    expect(page.locator(OTHERS).last).to_contain_text(answer)
    expect(page.locator("[data-streaming]")).to_have_count(0)


def test_answer_grows_before_the_readers_eyes(page: Page, site: SiteProcess) -> None:
    open_chat(page, site)
    page.evaluate(RECORD_LENGTHS)

    ask_and_wait(page)

    lengths = page.evaluate("window.lengths")
    assert len(set(lengths)) >= 3
    assert lengths == sorted(lengths)


def test_conversation_is_still_there_after_a_reload(page: Page, site: SiteProcess) -> None:
    open_chat(page, site)
    ask_and_wait(page)

    page.reload()

    expect(page.locator(OWN)).to_have_text([QUESTION])
    expect(page.locator(OTHERS)).to_have_count(1)
    expect(page.locator(OTHERS)).to_contain_text(ANSWER)


def test_browser_has_nothing_to_complain_about(
    page: Page, site: SiteProcess, complaints: list[str]
) -> None:
    open_chat(page, site)
    ask_and_wait(page)
    page.goto(site.url)
    page.goto(f"{site.url}/admin/login/")

    assert complaints == []


def test_cookie_is_out_of_reach_of_the_page(
    page: Page, context: BrowserContext, site: SiteProcess
) -> None:
    open_chat(page, site)

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
    open_chat(page, site)
    ask_and_wait(page)

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    button = page.get_by_role("button", name="Send").bounding_box()
    assert button is not None
    assert min(button["width"], button["height"]) >= 44
    expect(page.locator(OTHERS).last).to_be_in_viewport()
    phone.close()


def test_message_is_answered_once_although_the_server_was_killed(
    page: Page, own_site: SiteProcess
) -> None:
    open_chat(page, own_site)
    say(page, QUESTION)
    expect(page.locator("[data-side=own][data-state=sent]")).to_be_visible()
    data_dir, port = own_site.data_dir, own_site.port

    own_site.kill()
    with running_site(data_dir, port=port) as again:
        page.reload()
        expect(page.locator(OTHERS).last).to_contain_text(ANSWER, timeout=LEASE_RUNS_OUT_MS)
        ask_and_wait(page, "20391", "SP-20391-WL")

        events = page.evaluate(READ_EVENTS)

    assert again.port == port
    assert [event["content"]["body"] for event in events][::2] == [QUESTION, "20391"]
    assert len(events) == 4


def test_cut_is_told_and_what_was_missed_is_shown_once(
    page: Page, context: BrowserContext, own_site: SiteProcess
) -> None:
    open_chat(page, own_site)
    ask_and_wait(page)
    other = context.new_page()
    open_chat(other, own_site)
    data_dir, port = own_site.data_dir, own_site.port
    page.get_by_label("Your message").fill("half a thought")

    own_site.kill()
    expect(page.get_by_text("Reconnecting. Your draft is kept.")).to_be_visible()
    with running_site(data_dir, port=port):
        ask_and_wait(other, "20391", "SP-20391-WL")

        expect(page.get_by_text("Reconnecting")).to_be_hidden(timeout=20_000)
        expect(page.locator(OWN)).to_have_text([QUESTION, "20391"])
        expect(page.locator(OTHERS)).to_have_count(2)
        expect(page.get_by_label("Your message")).to_have_value("half a thought")


def test_message_said_while_the_line_is_cut_is_sent_once_it_is_back(
    page: Page, own_site: SiteProcess
) -> None:
    open_chat(page, own_site)
    data_dir, port = own_site.data_dir, own_site.port
    own_site.kill()
    expect(page.get_by_text("Reconnecting")).to_be_visible()

    say(page, QUESTION)
    expect(page.locator("[data-side=own][data-state=sending]")).to_be_visible()
    with running_site(data_dir, port=port):
        expect(page.locator("[data-side=own][data-state=sent]")).to_be_visible(timeout=30_000)
        expect(page.locator(OTHERS).last).to_contain_text(ANSWER)

    expect(page.locator(OWN)).to_have_count(1)
