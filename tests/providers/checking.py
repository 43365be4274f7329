"""Checking a provider that is made for that."""

from channels_app.providers.base.checking import CheckFailed
from channels_app.providers.base.provider import Provider

MADE_UP = "made-up"
"""What tests enter where a credential belongs, or a part of it."""


async def failure_of(provider: Provider) -> CheckFailed | None:
    """Check a provider, close it, and return what its vendor says against it."""
    try:
        await provider.check()
    except CheckFailed as failure:
        return failure
    finally:
        await provider.close()
    return None


async def field_of(provider: Provider) -> str | None:
    """Return the field that is to blame; the check must fail, in words and without secrets."""
    failure = await failure_of(provider)
    assert failure is not None, "the check passed"
    assert str(failure)
    assert MADE_UP not in str(failure), "what was entered is repeated"
    return failure.field


async def words_of(provider: Provider) -> str:
    """Return what is said of a failure that no field is to blame for."""
    failure = await failure_of(provider)
    assert failure is not None, "the check passed"
    assert failure.field is None
    return str(failure)
