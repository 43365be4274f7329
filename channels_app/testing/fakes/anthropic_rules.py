"""What Anthropic's Messages API refuses although each field of it is right.

Sources: the SDK anthropic 2.12.0 for Python (docstrings of `MessageCreateParams`,
`ThinkingConfigEnabledParam`, `ThinkingBlockParam`), its `DEPRECATED_MODELS`, and
https://platform.claude.com/docs/en/build-with-claude/ (thinking, prompt-caching) and
https://platform.claude.com/docs/en/agents-and-tools/tool-use/.

Stricter than the vendor: two turns of one role are refused rather than joined, and an answer can
only be begun for the model where it paused. Unconfirmed: the words of refusals, and that blocks of
tools need `tools` beside them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from channels_app.testing.fakes.anthropic_schema import (
    AssistantTurn,
    CreateMessage,
    Marked,
    RedactedBlock,
    ThinkingAdaptive,
    ThinkingBlock,
    ThinkingEnabled,
    ThinkingOff,
    ToolResultBlock,
    ToolUseBlock,
    UserTurn,
)

MAX_MARKS = 4
SAMPLING = ("temperature", "top_p", "top_k")
WITHOUT_SAMPLING = "2026-10-21"
VERSIONS = ("2023-06-01", WITHOUT_SAMPLING)


class RuleBroken(Exception):
    """A request that is refused, and why."""


@dataclass(frozen=True)
class Model:
    """What a model takes; `off` are the words by which it can be kept from thinking."""

    adaptive: bool = False
    enabled: bool = True
    sampling: bool = True
    off: tuple[str, ...] = ("disabled",)


MODELS: Mapping[str, Model] = {
    "claude-3-haiku-20240307": Model(enabled=False),
    "claude-sonnet-4-20250514": Model(),
    "claude-haiku-4-5": Model(),
    "claude-sonnet-4-6": Model(adaptive=True),
    "claude-opus-4-8": Model(adaptive=True, enabled=False, sampling=False),
    "claude-sonnet-5": Model(adaptive=True, enabled=False, sampling=False),
    "claude-sonnet-5-5": Model(
        adaptive=True, enabled=False, sampling=False, off=("between_tools",)
    ),
    "claude-opus-5-5": Model(adaptive=True, enabled=False, sampling=False, off=()),
}


@dataclass(frozen=True)
class Issued:
    """A turn that the fake has answered: its blocks, and whether it paused there."""

    content: Sequence[Mapping[str, Any]]
    paused: bool


def check(body: CreateMessage, *, version: str, issued: Sequence[Issued]) -> None:
    """Judge a request whose fields are right.

    Raises:
        RuleBroken: Naming the first thing wrong with it.
    """
    model = MODELS[body.model]
    _check_sampling(body, model, version)
    _check_thinking(body, model)
    _check_order(body, issued)
    _check_calls(body)
    _check_marks(body)
    _check_reasoning(body, issued)


def _check_sampling(body: CreateMessage, model: Model, version: str) -> None:
    given = [name for name in SAMPLING if name in body.model_fields_set]
    for name in given:
        if version == WITHOUT_SAMPLING:
            raise RuleBroken(f"{name}: Extra inputs are not permitted")
        if not model.sampling:
            raise RuleBroken(f"`{name}` is deprecated for this model.")
        if isinstance(body.thinking, ThinkingEnabled | ThinkingAdaptive):
            raise RuleBroken(f"`{name}` may only be set to its default when thinking is enabled.")


def _check_thinking(body: CreateMessage, model: Model) -> None:
    match body.thinking:
        case ThinkingAdaptive() if not model.adaptive:
            raise RuleBroken("adaptive thinking is not supported on this model")
        case ThinkingEnabled() if not model.enabled:
            raise RuleBroken('"thinking.type.enabled" is not supported for this model.')
        case ThinkingOff(type=word) if word not in model.off:
            raise RuleBroken(f'"thinking.type.{word}" is not supported for this model.')
        case ThinkingEnabled(budget_tokens=budget) if budget >= body.max_tokens:
            raise RuleBroken("`max_tokens` must be greater than `thinking.budget_tokens`")
        case _:
            return


def _check_order(body: CreateMessage, issued: Sequence[Issued]) -> None:
    if body.messages[0].role != "user":
        raise RuleBroken('messages: first message must use the "user" role')
    for place, (before, after) in enumerate(pairwise(body.messages)):
        if before.role == after.role:
            raise RuleBroken(f"messages.{place + 1}: roles must alternate")
    last = body.messages[-1]
    if isinstance(last, AssistantTurn) and not _paused(last, issued):
        raise RuleBroken(
            "This model does not support assistant message prefill. "
            "The conversation must end with a user message."
        )


def _paused(turn: AssistantTurn, issued: Sequence[Issued]) -> bool:
    """Tell whether a turn is an answer that paused, as it was given."""
    content = [_plain(block) for block in turn.blocks]
    return any(each.paused and list(each.content) == content for each in issued)


def begun_by(body: CreateMessage) -> list[dict[str, Any]]:
    """Return what was said of the answer before it paused."""
    last = body.messages[-1]
    return [_plain(block) for block in last.blocks] if last.role == "assistant" else []


def _plain(block: Any) -> dict[str, Any]:
    plain: dict[str, Any] = block.model_dump(exclude={"cache_control"})
    return plain


def _check_calls(body: CreateMessage) -> None:
    blocks = [block for turn in body.messages for block in turn.blocks]
    uses = any(isinstance(block, ToolUseBlock | ToolResultBlock) for block in blocks)
    if uses and not body.tools:
        raise RuleBroken("Requests which include `tool_use` or `tool_result` must define tools")
    waiting: list[str] = []
    for place, turn in enumerate(body.messages):
        if isinstance(turn, UserTurn):
            _check_results(turn, waiting, place)
            waiting = []
        else:
            waiting = [block.id for block in turn.blocks if isinstance(block, ToolUseBlock)]
            if len(set(waiting)) < len(waiting):
                raise RuleBroken(f"messages.{place}: `tool_use` ids must be unique")


def _check_results(turn: UserTurn, waiting: list[str], place: int) -> None:
    given = [block.tool_use_id for block in turn.blocks if isinstance(block, ToolResultBlock)]
    first = turn.blocks[: len(given)]
    if not all(isinstance(block, ToolResultBlock) for block in first):
        raise RuleBroken(f"messages.{place}: `tool_result` blocks must come first")
    missing = [each for each in waiting if each not in given]
    if missing:
        raise RuleBroken(
            f"messages.{place - 1}: `tool_use` ids were found without `tool_result` blocks "
            f"immediately after: {', '.join(missing)}"
        )
    if len(set(given)) < len(given):
        raise RuleBroken(f"messages.{place}: each `tool_use` must have a single result")
    for each in given:
        if each not in waiting:
            raise RuleBroken(
                f"messages.{place}: unexpected `tool_use_id` found in `tool_result` blocks: {each}"
            )


def _check_marks(body: CreateMessage) -> None:
    blocks: list[Any] = list(body.tools)
    if not isinstance(body.system, str):
        blocks += body.system
    blocks += [block for turn in body.messages for block in turn.blocks]
    marks = sum(isinstance(each, Marked) and each.cache_control is not None for each in blocks)
    if marks > MAX_MARKS:
        raise RuleBroken(
            f"A maximum of {MAX_MARKS} blocks with cache_control may be provided. Found {marks}."
        )


def _check_reasoning(body: CreateMessage, issued: Sequence[Issued]) -> None:
    """Refuse reasoning that was changed, and calls that come back without theirs."""
    known = [block for each in issued for block in each.content]
    for place, turn in enumerate(body.messages):
        for number, block in enumerate(turn.blocks):
            if isinstance(block, ThinkingBlock | RedactedBlock) and _plain(block) not in known:
                raise RuleBroken(
                    f"messages.{place}.content.{number}: Invalid `signature` in `thinking` block"
                )
    for turn in _open_calls(body):
        _check_complete(turn, issued)
        first = turn.blocks[0]
        if isinstance(body.thinking, ThinkingEnabled) and not isinstance(
            first, ThinkingBlock | RedactedBlock
        ):
            raise RuleBroken(
                f"Expected `thinking` or `redacted_thinking`, but found `{first.type}`. When "
                "`thinking` is enabled, a final `assistant` message must start with a thinking "
                "block (preceding the lastmost set of `tool_use` and `tool_result` blocks)."
            )


def _open_calls(body: CreateMessage) -> Iterator[AssistantTurn]:
    """Yield the turn whose calls the last message answers, if it does."""
    last, *before = reversed(body.messages)
    if any(isinstance(block, ToolResultBlock) for block in last.blocks):
        asking = before[0]
        assert isinstance(asking, AssistantTurn)
        yield asking


def _check_complete(turn: AssistantTurn, issued: Sequence[Issued]) -> None:
    kinds = ("thinking", "redacted_thinking")
    calls = {block.id for block in turn.blocks if isinstance(block, ToolUseBlock)}
    for each in issued:
        if calls & {block.get("id") for block in each.content}:
            theirs = [dict(block) for block in each.content if block["type"] in kinds]
            ours = [_plain(block) for block in turn.blocks if block.type in kinds]
            if theirs != ours:
                raise RuleBroken(
                    "`thinking` or `redacted_thinking` blocks in the latest assistant message "
                    "cannot be modified."
                )
