"""A question and its answer, in real browsers, in one process (level 0) and in several (level 3).

The sender's page talks to one web process, the reader's page, of the same visitor, to another;
where there is but one process it is everybody's.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.chat_page import (
    ANSWER,
    OTHERS,
    OWN,
    QUESTION,
    READ_EVENTS,
    RECORD_LENGTHS,
    ask_and_wait,
    expect_answer,
    open_chat,
    say,
)
from tests.browser.deployments import Deployment, deploy_many, deploy_one

pytestmark = pytest.mark.chromium

# A killed process takes seconds to start, and what it held is free once its lease has run out.
BACK_WITHIN_MS = 30_000
NUMBER = "20391"
PARCEL = "SP-20391-WL"


@pytest.fixture(scope="module")
def one_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with ExitStack() as stack:
        yield deploy_one(tmp_path_factory.mktemp("one"), stack)


@pytest.fixture(scope="module")
def many_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with ExitStack() as stack:
        yield deploy_many(tmp_path_factory.mktemp("many"), stack)


@pytest.fixture(
    params=[
        pytest.param("one_process", id="level-0"),
        pytest.param(
            "many_processes", id="level-3", marks=[pytest.mark.postgres, pytest.mark.redis_server]
        ),
    ]
)
def deployment(request: pytest.FixtureRequest) -> Deployment:
    chosen: Deployment = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture
def sender(page: Page, deployment: Deployment) -> Page:
    open_chat(page, deployment.sender)
    return page


@pytest.fixture
def reader(sender: Page, context: BrowserContext, deployment: Deployment) -> Page:
    page = context.new_page()
    open_chat(page, deployment.reader)
    return page


def test_answer_grows_before_the_readers_eyes(sender: Page, reader: Page) -> None:
    reader.evaluate(RECORD_LENGTHS)

    ask_and_wait(sender)

    expect_answer(reader)
    lengths = reader.evaluate("window.lengths")
    assert len(set(lengths)) >= 5
    assert lengths == sorted(lengths)


def test_conversation_is_still_there_after_a_reload(sender: Page, reader: Page) -> None:
    ask_and_wait(sender)

    for page in (sender, reader):
        page.reload()

        expect(page.locator(OWN)).to_have_text([QUESTION])
        expect(page.locator(OTHERS)).to_have_count(1)
        expect(page.locator(OTHERS)).to_contain_text(ANSWER)


@pytest.mark.parametrize("victim", ["sender", "reader", "worker"])
def test_killed_process_loses_and_doubles_nothing(
    sender: Page, reader: Page, deployment: Deployment, victim: str
) -> None:
    part = deployment.parts[victim]
    say(sender, QUESTION)
    expect(sender.locator("[data-side=own][data-state=sent]")).to_be_visible()

    deployment.kill(part)
    deployment.start(part)

    for page in (sender, reader):
        expect_answer(page, within_ms=BACK_WITHIN_MS)
    expect(sender.locator("rk-chat[data-connection=live]")).to_be_visible(timeout=BACK_WITHIN_MS)
    ask_and_wait(sender, NUMBER, PARCEL)
    expect_answer(reader, PARCEL)
    events = sender.evaluate(READ_EVENTS)
    assert [event["content"]["body"] for event in events][::2] == [QUESTION, NUMBER]
    assert len(events) == 4


def test_cut_is_told_and_what_was_missed_is_shown_once(
    sender: Page, reader: Page, deployment: Deployment
) -> None:
    ask_and_wait(sender)
    reader.get_by_label("Your message").fill("half a thought")

    deployment.kill(deployment.parts["reader"])
    expect(reader.get_by_text("Reconnecting. Your draft is kept.")).to_be_visible()
    say(sender, NUMBER)
    deployment.start(deployment.parts["reader"])

    expect(reader.get_by_text("Reconnecting")).to_be_hidden(timeout=BACK_WITHIN_MS)
    expect_answer(reader, PARCEL, within_ms=BACK_WITHIN_MS)
    expect(reader.locator(OWN)).to_have_text([QUESTION, NUMBER])
    expect(reader.locator(OTHERS)).to_have_count(2)
    expect(reader.get_by_label("Your message")).to_have_value("half a thought")


def test_message_said_while_the_line_is_cut_is_sent_once_it_is_back(
    sender: Page, deployment: Deployment
) -> None:
    deployment.kill(deployment.parts["sender"])
    expect(sender.get_by_text("Reconnecting")).to_be_visible()

    say(sender, QUESTION)
    expect(sender.locator("[data-side=own][data-state=sending]")).to_be_visible()
    deployment.start(deployment.parts["sender"])

    expect(sender.locator("[data-side=own][data-state=sent]")).to_be_visible(timeout=BACK_WITHIN_MS)
    expect_answer(sender)
    expect(sender.locator(OWN)).to_have_count(1)
