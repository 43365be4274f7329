"""What a function's signature tells a model, and its arguments as the function wants them."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.json_schema import GenerateJsonSchema

from channels_app.ai.tools.base import ToolContext, ToolFault
from channels_app.ai.tools.docstrings import read_docstring
from rooms.domain.json import JsonObject

_CALLED_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class _Untitled(GenerateJsonSchema):
    """Leaves out titles: they repeat the names and cost tokens with every request."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@dataclass(frozen=True)
class Signature:
    """A function as a tool.

    Attributes:
        description: From the docstring.
        context_name: The parameter that gets the `ToolContext`; '' if there is none.
        names: The parameters the model fills, in order.
        model: Reads their values; its fields are numbered, since a parameter may have any name.
    """

    description: str
    context_name: str
    names: tuple[str, ...]
    model: type[BaseModel]

    @property
    def schema(self) -> JsonObject:
        """The JSON Schema of what the model fills: a closed object."""
        schema = self.model.model_json_schema(schema_generator=_Untitled)
        return {name: value for name, value in schema.items() if name != "title"}

    def bind(self, arguments: JsonObject, context: ToolContext) -> dict[str, Any]:
        """Return what to call the function with.

        Raises:
            ToolFault: If arguments are missing, unknown or of the wrong type.
        """
        try:
            values = self.model.model_validate(arguments)
        except ValidationError as error:
            raise ToolFault(f"the arguments are wrong: {_in_words(error)}") from error
        bound = {name: getattr(values, _field(at)) for at, name in enumerate(self.names)}
        return bound | ({self.context_name: context} if self.context_name else {})


def read_signature(function: Callable[..., Any]) -> Signature:
    """Read a function's type hints, defaults and docstring.

    Raises:
        TypeError: If a parameter has no type hint, or cannot be given by its name.
    """
    description, texts = read_docstring(function)
    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters
    for parameter in parameters.values():
        _check(function, parameter, hints)
    context = [name for name in parameters if _takes_context(hints[name])]
    names = tuple(name for name in parameters if name not in context)
    fields: dict[str, Any] = {
        _field(at): _declare(parameters[name], hints[name], texts.get(name))
        for at, name in enumerate(names)
    }
    return Signature(
        description=description,
        context_name=context[0] if context else "",
        names=names,
        model=create_model("Arguments", __config__=ConfigDict(extra="forbid"), **fields),
    )


def _check(
    function: Callable[..., Any], parameter: inspect.Parameter, hints: dict[str, Any]
) -> None:
    where = f"parameter {parameter.name!r} of tool {getattr(function, '__name__', function)!r}"
    if parameter.kind not in _CALLED_BY_NAME:
        raise TypeError(f"{where} cannot be given by name: declare each argument of its own")
    if parameter.name not in hints:
        raise TypeError(
            f"{where} has no type hint: add one, the model is told of arguments by their types"
            " (of a method, decorate the bound one: tool(thing.method))"
        )


def _takes_context(hint: Any) -> bool:
    return hint is ToolContext or ToolContext in get_args(hint)


def _declare(parameter: inspect.Parameter, hint: Any, text: str | None) -> tuple[Any, Any]:
    # What the hint itself says of the argument wins over the docstring.
    described = Annotated[hint, Field(description=text)] if _is_undescribed(hint, text) else hint
    default = ... if parameter.default is inspect.Parameter.empty else parameter.default
    return Annotated[described, Field(alias=parameter.name)], default


def _is_undescribed(hint: Any, text: str | None) -> bool:
    return bool(text) and not any(
        getattr(said, "description", None) for said in getattr(hint, "__metadata__", ())
    )


def _field(at: int) -> str:
    return f"argument_{at}"


def _in_words(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(
        f"{'.'.join(str(step) for step in fault['loc'])}: {fault['msg']}" for fault in faults
    )
