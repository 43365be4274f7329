"""The fake of ElasticEmail, driven by requests written from the vendor's SDK."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from channels_app.testing.fakes.elasticemail import API_KEY, FakeElasticEmail

CONTENT: dict[str, Any] = {
    "From": "Support <support@example.org>",
    "Subject": "Hello",
    "Body": [{"ContentType": "PlainText", "Content": "Hi", "Charset": "utf-8"}],
}
TRANSACTIONAL: dict[str, Any] = {"Recipients": {"To": ["ana@x.example"]}, "Content": CONTENT}
LIST: dict[str, Any] = {"Recipients": [{"Email": "ana@x.example"}], "Content": CONTENT}


@pytest.fixture
def elastic() -> Iterator[FakeElasticEmail]:
    with FakeElasticEmail().serving() as fake:
        yield fake


def post(
    fake: FakeElasticEmail, body: Any, path: str = "emails/transactional", **more: Any
) -> httpx.Response:
    given: dict[str, Any] = {"json": body, "headers": {"X-ElasticEmail-ApiKey": API_KEY}}
    return httpx.post(f"{fake.api}/{path}", **given | more)


@pytest.mark.parametrize(
    ("path", "body"), [("emails/transactional", TRANSACTIONAL), ("emails", LIST)]
)
def test_a_mail_is_taken(elastic: FakeElasticEmail, path: str, body: dict[str, Any]) -> None:
    answer = post(elastic, body, path)

    (mail,) = elastic.sent
    assert answer.status_code == 200
    assert answer.json() == {"TransactionID": mail.transaction_id, "MessageID": mail.message_id}


def changed(**fields: Any) -> dict[str, Any]:
    return TRANSACTIONAL | {"Content": CONTENT | fields}


@pytest.mark.parametrize(
    "body",
    [
        {},
        LIST,
        TRANSACTIONAL | {"Recipients": {"To": []}},
        TRANSACTIONAL | {"Recipients": {"To": ["nobody"]}},
        TRANSACTIONAL | {"Colour": "red"},
        TRANSACTIONAL | {"Options": {"TrackOpens": "no"}},
        changed(From="nobody"),
        changed(From=None),
        changed(Subject="a\r\nBcc: all@x.example"),
        changed(Headers={"X": "a\nb"}),
        changed(Headers={"X": 1}),
        changed(Body=[]),
        changed(Body=[{"ContentType": "text/plain", "Content": "a"}]),
        changed(Attachments=[{"BinaryContent": "%%%", "Name": "a"}]),
        changed(Attachments=[{"BinaryContent": "aGk="}]),
    ],
)
def test_what_the_sdk_does_not_know_is_refused(
    elastic: FakeElasticEmail, body: dict[str, Any]
) -> None:
    answer = post(elastic, body)

    assert (answer.status_code, list(answer.json())) == (400, ["Error"])
    assert elastic.sent == []


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("emails", {"headers": {}}, 401),
        ("emails", {"headers": {"X-ElasticEmail-ApiKey": "wrong"}}, 401),
        # the key of version 2 was in the body
        ("emails", {"headers": {}, "json": None, "data": {"apikey": API_KEY}}, 401),
        ("emails", {"json": None, "data": {"a": "b"}}, 415),
        ("emails", {"params": {"apikey": API_KEY}}, 400),
        ("email/send", {}, 404),
    ],
)
def test_wrong_requests_are_refused(
    elastic: FakeElasticEmail, path: str, more: dict[str, Any], status: int
) -> None:
    assert post(elastic, LIST, path, **more).status_code == status
