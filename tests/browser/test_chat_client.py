"""What the page does with frames: a scripted server stands behind its socket."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from tests.site_process import SiteProcess

pytestmark = pytest.mark.chromium

BUBBLES = "[data-author] .rk-chat-bubble"
IDS = {"room_id": "r", "stream_id": "s1", "event_id": "e9"}

Frame = dict[str, Any]


class ScriptedServer:
    """Answers the page's socket as a test tells it to.

    Attributes:
        heard: The frames the page has sent.
        visits: How often it has connected.
    """

    def __init__(self) -> None:
        self.heard: list[Frame] = []
        self.visits: list[str] = []
        self._route: WebSocketRoute | None = None

    def accept(self, route: WebSocketRoute) -> None:
        """Greet the page; what it missed is nothing."""
        self._route = route
        self.visits.append(route.url)
        route.on_message(lambda text: self.heard.append(json.loads(text)))
        self.send({"type": "hello", "protocol": 1, "latest_index": 1, "status": "active"})
        self.send({"type": "resumed", "after": -1, "latest_index": 1, "count": 0})

    def send(self, *frames: Frame) -> None:
        """Send frames."""
        assert self._route is not None
        for frame in frames:
            self._route.send(json.dumps(frame))

    def cut(self, code: int = 1001) -> None:
        """Close the socket."""
        assert self._route is not None
        self._route.close(code=code)

    def said(self) -> list[Frame]:
        """Return the messages among what the page has sent."""
        return [frame for frame in self.heard if frame["type"] == "message"]


@pytest.fixture
def server(context: BrowserContext) -> ScriptedServer:
    server = ScriptedServer()
    context.route_web_socket(re.compile("/ws/"), server.accept)
    return server


@pytest.fixture
def chat(page: Page, server: ScriptedServer, site: SiteProcess) -> Page:
    page.clock.install()
    page.goto(f"{site.url}/chat/")
    expect(page.locator("rk-chat[data-connection=live]")).to_be_visible()
    return page


def make_event(index: int, body: str, **fields: Any) -> Frame:
    source = {"channel_id": "desk", "channel_type": "websocket", "participant_id": "agent-7"}
    event = {
        "id": f"e{index}",
        "index": index,
        "type": "message",
        "status": "delivered",
        "source": source,
        "content": {"type": "text", "body": body},
        "created_at": "2026-11-21T09:30:00Z",
        "parent_event_id": None,
        "metadata": {},
    }
    return {"type": "event", "event": event | fields}


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def say_and_wait(page: Page, server: ScriptedServer, text: str) -> Frame:
    """Say something and return it as the server heard it."""
    before = len(server.said())
    say(page, text)
    expect(page.locator("[data-side=own]").last).to_contain_text(text)
    let_pass(page, seconds=0)
    assert len(server.said()) == before + 1
    return server.said()[-1]


def let_pass(page: Page, *, seconds: int) -> None:
    """Move the page's clock; what the page then sends has arrived when this returns."""
    page.clock.fast_forward(seconds * 1000)
    page.evaluate("Promise.resolve()")


def test_event_that_comes_twice_is_shown_once(chat: Page, server: ScriptedServer) -> None:
    server.send(make_event(2, "hello"), make_event(2, "hello"), make_event(3, "there"))

    expect(chat.locator(BUBBLES)).to_have_text(["hello", "there"])


def test_events_stand_in_the_order_of_their_index(chat: Page, server: ScriptedServer) -> None:
    server.send(make_event(4, "third"), make_event(2, "first"), make_event(3, "second"))

    expect(chat.locator(BUBBLES)).to_have_text(["first", "second", "third"])


def test_newest_event_is_marked_as_read_although_an_older_one_came_after_it(
    chat: Page, server: ScriptedServer
) -> None:
    chat.evaluate("Object.defineProperty(document, 'hidden', { value: true, writable: true })")
    server.send(make_event(3, "second"), make_event(2, "first"))
    expect(chat.locator(BUBBLES)).to_have_text(["first", "second"])

    chat.evaluate("document.hidden = false; document.dispatchEvent(new Event('visibilitychange'))")
    let_pass(chat, seconds=0)

    assert [frame["event_id"] for frame in server.heard if frame["type"] == "read"] == ["e3"]


def test_hole_in_the_timeline_makes_the_page_ask(chat: Page, server: ScriptedServer) -> None:
    server.send(make_event(5, "late"))
    expect(chat.locator(BUBBLES)).to_have_text(["late"])

    assert {"type": "resume", "after": 1} in server.heard


def test_markup_in_a_message_is_shown_as_it_was_written(
    chat: Page, server: ScriptedServer, complaints: list[str]
) -> None:
    attack = "<img src=x onerror=alert(1)><b>bold</b>"
    server.send(make_event(2, attack))

    expect(chat.locator(BUBBLES)).to_have_text([attack])
    assert chat.locator(f"{BUBBLES} *").count() == 0
    assert complaints == []


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,hi"])
def test_file_with_a_strange_address_is_no_link(
    chat: Page, server: ScriptedServer, address: str
) -> None:
    content = {"type": "media", "url": address, "mime_type": "text/html", "filename": "a.html"}
    server.send(make_event(2, "", content=content))

    expect(chat.locator(BUBBLES)).to_have_text(["File: a.html"])
    assert chat.locator(f"{BUBBLES} a").count() == 0


def test_edit_and_delete_change_what_is_shown(chat: Page, server: ScriptedServer) -> None:
    new = {"type": "text", "body": "right"}
    edit = {"type": "edit", "target_event_id": "e2", "new_content": new}
    delete = {"type": "delete", "target_event_id": "e3"}
    server.send(make_event(2, "wrong"), make_event(3, "gone"))
    server.send(make_event(4, "", type="edit", content=edit))
    server.send(make_event(5, "", type="delete", content=delete))

    expect(chat.locator(BUBBLES)).to_have_text(["right", "This message was deleted."])


def test_somebody_who_is_writing_is_announced(chat: Page, server: ScriptedServer) -> None:
    server.send({"type": "typing", "user_id": "agent-7", "is_typing": True})
    expect(chat.get_by_text("Willow Lane team is writing")).to_be_visible()

    server.send({"type": "typing", "user_id": "agent-7", "is_typing": False})

    expect(chat.get_by_text("Willow Lane team is writing")).to_be_hidden()


def test_finished_message_is_spoken_and_its_growth_is_not(
    chat: Page, server: ScriptedServer
) -> None:
    spoken = chat.locator("[data-part=spoken]")
    server.send({"type": "stream_start", **IDS, "seq": 0, "source": {"channel_type": "ai"}})
    expect(spoken).to_have_text("Aria is writing")
    server.send({"type": "stream_chunk", **IDS, "seq": 1, "delta": "Good", "text": "Good"})
    expect(chat.locator("[data-streaming] .rk-chat-bubble")).to_have_text("Good")
    expect(spoken).to_have_text("Aria is writing")

    source = {"channel_id": "assistant", "channel_type": "ai", "participant_id": None}
    end = make_event(2, "Good day", id="e9", source=source)
    server.send({**end, "type": "stream_end", **IDS, "seq": 2})

    expect(spoken).to_have_text("Aria, AI assistant: Good day")
    expect(chat.locator(BUBBLES)).to_have_text(["Good day"])


def test_answer_that_is_taken_back_disappears(chat: Page, server: ScriptedServer) -> None:
    server.send({"type": "stream_chunk", **IDS, "seq": 1, "delta": "It costs", "text": "It costs"})
    expect(chat.locator(BUBBLES)).to_have_text(["It costs"])

    server.send({"type": "stream_error", **IDS, "seq": 1, "error": "blocked"})

    expect(chat.locator(BUBBLES)).to_have_count(0)
    expect(chat.get_by_text("This answer was taken back.")).to_be_visible()


def test_refused_message_says_why_and_can_be_tried_again(
    chat: Page, server: ScriptedServer
) -> None:
    message = say_and_wait(chat, server, "hello")
    error = {"type": "error", "code": "blocked", "message": "no prices here"}
    server.send({**error, "id": message["id"]})
    expect(chat.get_by_text("Not sent. no prices here")).to_be_visible()

    chat.get_by_role("button", name="Try again").click()

    expect(chat.locator("[data-state=sending]")).to_be_visible()
    assert [frame["id"] for frame in server.said()] == [message["id"]] * 2


def test_closed_conversation_leads_to_a_new_one(chat: Page, server: ScriptedServer) -> None:
    message = say_and_wait(chat, server, "hello")

    server.send({"type": "error", "code": "room_closed", "message": "x", "id": message["id"]})

    link = chat.get_by_role("link", name="Start a new one")
    expect(link).to_have_attribute("href", "/chat/")


def test_message_that_was_too_fast_is_sent_again_by_itself(
    chat: Page, server: ScriptedServer
) -> None:
    message = say_and_wait(chat, server, "hello")
    server.send({"type": "error", "code": "rate_limited", "message": "x", "id": message["id"]})

    let_pass(chat, seconds=4)

    assert [frame["id"] for frame in server.said()] == [message["id"]] * 2


def test_unacknowledged_message_is_sent_again_after_a_cut_with_the_same_id(
    chat: Page, server: ScriptedServer
) -> None:
    message = say_and_wait(chat, server, "hello")

    server.cut()
    expect(chat.locator("[data-state=sending]")).to_be_visible()
    let_pass(chat, seconds=1)
    expect(chat.locator("rk-chat[data-connection=live]")).to_be_visible()

    assert len(server.visits) == 2
    assert [frame["id"] for frame in server.said()] == [message["id"]] * 2


def test_message_that_waits_in_one_window_is_not_sent_by_another(
    chat: Page, context: BrowserContext, server: ScriptedServer
) -> None:
    say_and_wait(chat, server, "hello")

    other = context.new_page()
    other.goto(chat.url)
    expect(other.locator("rk-chat[data-connection=live]")).to_be_visible()

    assert len(server.said()) == 1
    expect(other.locator(BUBBLES)).to_have_count(0)


def test_message_that_the_replay_shows_is_not_shown_a_second_time(
    chat: Page, server: ScriptedServer
) -> None:
    """The connection was cut after the message was stored and before the ack came."""
    message = say_and_wait(chat, server, "hello")
    mine = chat.evaluate("document.querySelector('rk-chat').settings.participantId")
    source = {"channel_id": "web-chat", "channel_type": "websocket", "participant_id": mine}
    server.send(make_event(2, "hello", source=source))
    server.send({"type": "ack", "id": message["id"], "event_id": "e2", "index": 2})

    expect(chat.locator(BUBBLES)).to_have_text(["hello"])
    expect(chat.locator("[data-state=sent]")).to_have_count(1)


def test_read_mark_of_somebody_else_is_shown(chat: Page, server: ScriptedServer) -> None:
    message = say_and_wait(chat, server, "hello")
    server.send({"type": "ack", "id": message["id"], "event_id": "e2", "index": 2})

    server.send({"type": "read", "channel_id": "desk", "event_id": "e2", "index": 2})

    expect(chat.locator("[data-state=read] .rk-chat-foot")).to_contain_text("Read ")


def test_page_tells_what_its_reader_has_seen(chat: Page, server: ScriptedServer) -> None:
    server.send(make_event(2, "hello"))
    expect(chat.locator(BUBBLES)).to_have_text(["hello"])

    assert {"type": "read", "event_id": "e2"} in server.heard


def test_door_that_closes_for_good_is_not_knocked_at_again(
    chat: Page, server: ScriptedServer
) -> None:
    server.cut(4403)
    expect(chat.get_by_role("link", name="Load again")).to_be_visible()

    let_pass(chat, seconds=60)

    assert len(server.visits) == 1


def test_too_long_text_is_not_sent_and_says_why(chat: Page, server: ScriptedServer) -> None:
    say(chat, "a" * 8001)

    expect(chat.get_by_text("8,001 of 8,000 characters. Please shorten")).to_be_visible()
    expect(chat.get_by_role("button", name="Send")).to_have_attribute("aria-disabled", "true")
    assert server.said() == []


def test_shift_and_enter_begin_a_new_line(chat: Page, server: ScriptedServer) -> None:
    field = chat.get_by_label("Your message")
    field.press_sequentially("one")
    field.press("Shift+Enter")
    field.press_sequentially("two")
    assert server.said() == []

    field.press("Enter")

    expect(chat.locator(BUBBLES)).to_have_text(["one\ntwo"])


def test_draft_survives_a_reload(chat: Page, server: ScriptedServer) -> None:
    chat.get_by_label("Your message").fill("half a thought")

    chat.reload()

    expect(chat.get_by_label("Your message")).to_have_value("half a thought")


def test_reader_who_looks_back_is_not_moved(chat: Page, server: ScriptedServer) -> None:
    server.send(*(make_event(index, f"line {index}") for index in range(2, 40)))
    expect(chat.locator(BUBBLES)).to_have_count(38)
    chat.evaluate("document.querySelector('[data-part=log]').scrollTop = 0")
    chat.wait_for_function("document.querySelector('[data-part=log]').scrollTop === 0")

    server.send(make_event(40, "news"))

    button = chat.get_by_role("button", name="New messages")
    expect(button).to_be_visible()
    assert chat.evaluate("document.querySelector('[data-part=log]').scrollTop") == 0
    button.click()
    expect(chat.locator(BUBBLES).last).to_be_in_viewport()


def test_keyboard_alone_is_enough(chat: Page, server: ScriptedServer) -> None:
    chat.locator("body").press("Tab")
    assert chat.evaluate("document.activeElement.getAttribute('role')") == "log"
    chat.keyboard.press("Tab")
    chat.keyboard.type("hello")
    chat.keyboard.press("Tab")
    chat.keyboard.press("Enter")

    expect(chat.locator(BUBBLES)).to_have_text(["hello"])


class TestWithoutSockets:
    """A proxy in between lets no socket through."""

    @pytest.fixture
    def blocked(self, page: Page, context: BrowserContext, site: SiteProcess) -> Page:
        context.route_web_socket(re.compile("/ws/"), lambda route: route.close())
        page.goto(f"{site.url}/chat/")
        return page

    def test_chat_goes_on_over_plain_http(self, blocked: Page) -> None:
        expect(blocked.get_by_text("The live connection is blocked here.")).to_be_visible()

        say(blocked, "Where is my order?")

        expect(blocked.locator("[data-state=sent]")).to_be_visible()
        expect(blocked.locator(BUBBLES).last).to_contain_text("order number", timeout=10_000)
