"""Hanging up where an answer is left early: the SDK itself lets the line stay open then."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar, copy_context
from typing import TypeVar

import httpx

T = TypeVar("T")

_responses: ContextVar[list[httpx.Response] | None] = ContextVar(
    "roomkit_gemini_responses", default=None
)


async def note_response(response: httpx.Response) -> None:
    """Remember a response for whoever asked; an event hook of the HTTP client."""
    responses = _responses.get()
    if responses is not None:
        responses.append(response)


@asynccontextmanager
async def hanging_up(chunks: AsyncIterator[T]) -> AsyncGenerator[AsyncIterator[T], None]:
    """Read the chunks of an answer inside this block; its line is free behind it.

    The SDK asks with the first chunk. That is read in a task of its own, whose context tells which
    response is whose, however many answers one task reads by turns.
    """
    responses: list[httpx.Response] = []
    context = copy_context()
    context.run(_responses.set, responses)
    try:
        yield _read(chunks, asyncio.create_task(_first(chunks), context=context))
    finally:
        for response in responses:
            await response.aclose()


async def _first(chunks: AsyncIterator[T]) -> list[T]:
    """Return the first chunk, if there is any."""
    async for chunk in chunks:
        return [chunk]
    return []


async def _read(chunks: AsyncIterator[T], first: asyncio.Task[list[T]]) -> AsyncIterator[T]:
    for chunk in await first:
        yield chunk
        async for more in chunks:
            yield more
