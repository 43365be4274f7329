"""What people do on the chat page."""

from playwright.sync_api import Page, expect

QUESTION = "Where is my order?"
ANSWER = "What is your order number?"
OTHERS = "[data-author^=ai] .rk-chat-bubble"
OWN = "[data-side=own] .rk-chat-bubble"

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


def open_chat(page: Page, url: str) -> None:
    """Open the chat of the site at `url` and wait until it is live."""
    page.goto(f"{url}/chat/")
    expect(page.locator("rk-chat[data-connection=live]")).to_be_visible()


def say(page: Page, text: str) -> None:
    """Write something and press Enter."""
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def ask_and_wait(page: Page, text: str = QUESTION, answer: str = ANSWER) -> None:
    """Ask something and wait for the whole answer."""
    say(page, text)
    expect_answer(page, answer)


def expect_answer(page: Page, answer: str = ANSWER, *, within_ms: float = 15_000) -> None:
    """Wait until the last answer is this one, and whole."""
    expect(page.locator(OTHERS).last).to_contain_text(answer, timeout=within_ms)
    expect(page.locator("[data-streaming]")).to_have_count(0, timeout=within_ms)
