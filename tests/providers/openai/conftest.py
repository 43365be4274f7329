from collections.abc import Iterator

import pytest

from channels_app.testing.fakes.openai import FakeOpenAI


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOpenAI]:
    """OpenAI's own server, which the SDK is told of as its documentation says."""
    with FakeOpenAI().serving() as serving:
        monkeypatch.setenv("OPENAI_BASE_URL", serving.api)
        yield serving


@pytest.fixture
def compatible() -> Iterator[FakeOpenAI]:
    """Somebody else's server."""
    with FakeOpenAI(compatible=True).serving() as serving:
        yield serving
