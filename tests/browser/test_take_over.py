"""A person takes over while an answer grows: what was shown stays, and nothing more is said.

The customer's chat is served by one web process, the admin by another; a Celery worker asks the
model (level 3: PostgreSQL, Redis).
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.chat_page import OTHERS, open_chat, say
from tests.cluster.cluster import Cluster, Plan, running_cluster
from tests.journeys.agent_vendor import HELLO, STORY, TELLS, Shop

pytestmark = [pytest.mark.chromium, pytest.mark.postgres, pytest.mark.redis_server]

REPLY = "Here is Ada. I tell you the rest."
THANKS = "Thank you, that was all."
SUMMARY = "The story is told."
SHOWN = STORY[0] + STORY[1]
BUBBLES = ".rk-chat-bubble"
# All but the greeting, which nobody has sent.
TOLD = "[data-index] .rk-chat-bubble"

# Keeps every state in which the page has shown the newest answer.
RECORD_WORDS = """
window.words = [];
new MutationObserver(() => {
  const bubble = [...document.querySelectorAll("[data-author^=ai] .rk-chat-bubble")].at(-1);
  if (bubble) window.words.push(bubble.textContent);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
ROOM = "SELECT id, owner_kind FROM roomkit_rooms_room"
TIMELINE = """
SELECT content->>'body' AS body, metadata->>'interrupted' AS interrupted
FROM roomkit_rooms_event WHERE type = 'message' AND visibility = 'all' ORDER BY index
"""
JOBS = """
SELECT state, error_code FROM roomkit_rooms_delivery WHERE channel_id = 'assistant'
ORDER BY event_index
"""
RUNS = "SELECT status, end_reason FROM roomkit_channels_agentrun ORDER BY started_at"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop().serving() as serving:
        yield serving
        for gate in serving.gates:
            gate.set()


@pytest.fixture
def cluster(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    directory = tmp_path_factory.mktemp("take-over")
    variables = {"AGENT_VENDOR_URL": shop.url, "AGENT_JOURNAL": str(directory / "journal")}
    plan = Plan(settings="tests.journeys.agent_settings", variables=variables)
    with running_cluster(directory, plan) as running:
        yield running


@pytest.fixture
def customer(page: Page, cluster: Cluster) -> Page:
    open_chat(page, cluster.url("web-a"))
    return page


@pytest.fixture
def supervisor(browser: Browser, cluster: Cluster) -> Iterator[Page]:
    """Somebody at the admin of the other web process, with cookies of their own."""
    context: BrowserContext = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{cluster.url('web-b')}/admin/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill("admin")
    page.get_by_role("button", name="Log in").click()
    yield page
    context.close()


@pytest.fixture
def telling(customer: Page, shop: Shop) -> Page:
    """The customer's page while a story is being told: two thirds of it are there."""
    customer.evaluate(RECORD_WORDS)
    say(customer, TELLS)
    expect(customer.locator(OTHERS).last).to_have_text(STORY[0].strip())
    shop.gates[0].set()
    expect(customer.locator(OTHERS).last).to_have_text(SHOWN.strip())
    return customer


@pytest.fixture
def room_page(telling: Page, supervisor: Page, cluster: Cluster) -> Page:
    """The room's page in the admin."""
    [room] = cluster.database.rows(ROOM)
    supervisor.goto(f"{cluster.url('web-b')}/admin/roomkit_rooms/room/{room['id']}/change/")
    return supervisor


def press(page: Page, button: str, said: str) -> None:
    """Press a button and wait for what the page says then."""
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text(said)).to_be_visible()


def test_person_takes_over_an_answer_that_grows_and_hands_the_room_back(
    telling: Page, room_page: Page, cluster: Cluster, shop: Shop
) -> None:
    press(room_page, "Take over", "You answer in this room now.")

    expect(telling.locator("[data-streaming]")).to_have_count(0)
    expect(telling.locator(BUBBLES).last).to_have_text(SHOWN.strip())
    expect(telling.get_by_text("This answer was interrupted.")).to_be_visible()
    shop.gates[1].set()
    assert told(cluster) == [(TELLS, None), (SHOWN, "true")]

    room_page.get_by_label("Your message to everybody in the room").fill(REPLY)
    press(room_page, "Send", "Your message is on its way.")
    expect(telling.locator(BUBBLES).last).to_have_text(REPLY)

    room_page.get_by_label("What the AI should know of what happened").fill(SUMMARY)
    press(room_page, "Hand back", "The AI answers in this room again.")
    say(telling, THANKS)

    expect(telling.locator(BUBBLES).last).to_have_text(HELLO)
    expect(telling.locator("[data-streaming]")).to_have_count(0)  # only then it is stored
    said = [(TELLS, None), (SHOWN, "true"), (REPLY, None), (THANKS, None), (HELLO, None)]
    assert told(cluster) == said
    for _ in range(2):
        expect(telling.locator(TOLD)).to_have_text([body.strip() for body, _ in said])
        assert not [word for word in telling.evaluate("window.words || []") if STORY[2] in word]
        telling.reload()
    assert SUMMARY in shop.requests[-1].body.decode()
    check_rows(cluster)


def told(cluster: Cluster) -> list[tuple[str, str | None]]:
    """Return what people and the agent said, and whether it was interrupted."""
    return [(row["body"], row["interrupted"]) for row in cluster.database.rows(TIMELINE)]


def check_rows(cluster: Cluster) -> None:
    """See that the first turn ended by the take-over, and only the second by itself."""
    jobs = [(row["state"], row["error_code"]) for row in cluster.database.rows(JOBS)]
    runs = [(row["status"], row["end_reason"]) for row in cluster.database.rows(RUNS)]
    assert jobs == [("discarded", "taken_over"), ("sent", None)]
    assert runs == [("cancelled", "taken_over"), ("completed", "completed")]
