"""Ordinary functions as tools."""

import inspect
import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack, overload

from pydantic_core import PydanticSerializationError, to_json

from channels_app.ai.tools.base import ToolContext, ToolRules
from channels_app.ai.tools.signature import Signature, read_signature
from channels_app.ai.tools.threads import run_in_thread
from channels_app.providers.base.ai import AITool
from rooms.domain.json import JsonObject

# What every vendor takes.
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ToolOptions(TypedDict, total=False):
    """What can be said of a function beside its code; the meaning is that of `ToolRules`."""

    read_only: bool
    idempotent: bool
    needs_approval: bool | Callable[[JsonObject], bool]
    timeout_s: float
    roles: AbstractSet[str] | None


@dataclass(frozen=True)
class FunctionTool:
    """A function that a model may call; people's code may call it too, as if it were undecorated.

    An asynchronous function runs on the event loop, any other in a thread.
    """

    function: Callable[..., Any]
    definition: AITool
    rules: ToolRules
    signature: Signature

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself."""
        return self.function(*args, **kwargs)

    async def run(self, arguments: JsonObject, context: ToolContext) -> str:
        """Call the function with what the model gave; a result that is no text becomes JSON.

        Raises:
            ToolFault: If the arguments do not fit, or the function says so.
            TypeError: If the result cannot be written as JSON.
        """
        bound = self.signature.bind(arguments, context)
        if inspect.iscoroutinefunction(self.function):
            return self._as_text(await self.function(**bound))
        # A lazy result is read where it was made.
        return await run_in_thread(lambda: self._as_text(self.function(**bound)))

    def _as_text(self, result: Any) -> str:
        if isinstance(result, str):
            return result
        try:
            return to_json(result, inf_nan_mode="null").decode()
        except PydanticSerializationError as error:
            raise TypeError(
                f"tool {self.definition.name!r} returned {type(result).__name__}, which cannot be"
                " written as JSON: return text, numbers, lists, dicts, dataclasses or models"
            ) from error


@overload
def tool(function: Callable[..., Any], /) -> FunctionTool: ...


@overload
def tool(
    *, name: str | None = None, description: str | None = None, **options: Unpack[ToolOptions]
) -> Callable[[Callable[..., Any]], FunctionTool]: ...


def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    **options: Unpack[ToolOptions],
) -> FunctionTool | Callable[[Callable[..., Any]], FunctionTool]:
    """Let a model call a function: `@tool`, or `@tool(needs_approval=True)`.

    The model is told the function's name, its docstring and its arguments, which are read from the
    type hints; `Annotated[int, Field(description=…)]` or the docstring's `Args:` describe them. A
    parameter of type `ToolContext` is filled by the engine, and the model does not hear of it.

    Args:
        function: The function, if nothing else is said.
        name: In the place of the function's own.
        description: In the place of the docstring.
        options: As in `ToolRules`; `timeout_s` is in seconds.

    Raises:
        TypeError: If a parameter has no type hint or cannot be given by its name; if `roles`
            is text.
        ValueError: If the name is none that vendors take.
    """

    def declare(function: Callable[..., Any]) -> FunctionTool:
        signature = read_signature(function)
        definition = AITool(
            name=_checked_name(name or getattr(function, "__name__", "")),
            description=signature.description if description is None else description,
            parameters=signature.schema,
        )
        return FunctionTool(function, definition, _rules(options), signature)

    return declare if function is None else declare(function)


def _rules(options: ToolOptions) -> ToolRules:
    given: dict[str, Any] = dict(options)
    roles = given.pop("roles", None)
    if isinstance(roles, str):
        raise TypeError(f"roles are a set, such as roles={{{roles!r}}}")
    return ToolRules(roles=None if roles is None else frozenset(roles), **given)


def _checked_name(name: Any) -> str:
    if not _NAME.fullmatch(str(name)):
        raise ValueError(
            f"{name!r} is no name for a tool: use 1 to 64 letters, digits, '_' or '-', such as"
            " @tool(name='look_up_order')"
        )
    return str(name)
