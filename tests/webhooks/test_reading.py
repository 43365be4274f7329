"""How much of a request is read: mails come with their files, everything else is small."""

import pytest
from django.test import RequestFactory

from channels_app.webhooks.reading import MAX_BYTES, MAX_MAIL_BYTES, TooLarge, read_request

MEGABYTE = 1024 * 1024


def read(channel_type: str, size: int) -> int:
    request = RequestFactory().post("/", b"x" * size, content_type="message/rfc822")
    return len(read_request(request, channel_type).body)


@pytest.mark.parametrize(
    ("channel_type", "size"),
    [("email", 25 * MEGABYTE), ("email", MAX_MAIL_BYTES), ("sms", MAX_BYTES)],
)
def test_what_vendors_send_is_read_whole(channel_type: str, size: int) -> None:
    assert read(channel_type, size) == size


@pytest.mark.parametrize(
    ("channel_type", "size"), [("email", 40 * MEGABYTE), ("sms", MAX_BYTES + 1)]
)
def test_more_than_vendors_send_is_not_read(channel_type: str, size: int) -> None:
    with pytest.raises(TooLarge):
        read(channel_type, size)
