"""Tools while an agent is tried: they answer as they did, and change nothing."""

import json
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from channels_app.ai.tools.base import Tool, ToolContext, ToolFault, ToolRules, Toolset, TurnScope
from channels_app.evaluation.answers import CalledTool, ToolAnswerSource
from channels_app.evaluation.cases import Used
from channels_app.providers.base.ai import AITool
from rooms.domain.json import JsonObject

NOT_RUN = "This tool is not run in an evaluation. Go on as if it had worked."


class Tape:
    """What tools answered in a case, by name and arguments, and what is called now.

    A call that was made several times gets the recorded answers in their order, then the last one
    again. Without a recorded answer a tool that only reads is run, unless people decide about its
    calls; any other is not.
    """

    def __init__(self, recorded: Iterable[Used]) -> None:
        self._answers: dict[tuple[str, str], deque[Used]] = defaultdict(deque)
        for used in recorded:
            self._answers[_key(used.name, used.arguments)].append(used)
        self._called: list[CalledTool] = []

    def take_called(self) -> tuple[CalledTool, ...]:
        """Return the calls since this was asked last."""
        called, self._called = tuple(self._called), []
        return called

    async def answer(self, tool: Tool, arguments: JsonObject, context: ToolContext) -> str:
        """Answer a call.

        Raises:
            ToolFault: If the tool said so then, or says so now.
        """
        name = tool.definition.name
        answers = self._answers.get(_key(name, arguments))
        if answers:
            used = answers.popleft() if len(answers) > 1 else answers[0]
            return self._note(name, arguments, used.result, ToolAnswerSource.RECORDED, used)
        rules = tool.rules
        if not rules.read_only or rules.needs_approval or rules.asks_input:
            return self._note(name, arguments, NOT_RUN, ToolAnswerSource.NOT_RUN)
        try:
            result = await tool.run(arguments, context)
        except Exception as error:
            failed = Used(name=name, result=str(error), is_error=True)
            self._called.append(_called(name, arguments, failed, ToolAnswerSource.RAN))
            raise
        return self._note(name, arguments, result, ToolAnswerSource.RAN)

    def _note(
        self,
        name: str,
        arguments: JsonObject,
        result: str,
        source: ToolAnswerSource,
        used: Used | None = None,
    ) -> str:
        used = used or Used(name=name, result=result)
        self._called.append(_called(name, arguments, used, source))
        if used.is_error:
            raise ToolFault(result)
        return result


@dataclass(frozen=True)
class TapedTool:
    """A tool whose calls the tape answers; nobody is asked for leave, since nothing is done."""

    tool: Tool
    tape: Tape

    @property
    def definition(self) -> AITool:
        """That of the tool."""
        return self.tool.definition

    @property
    def rules(self) -> ToolRules:
        """Those of the tool, but nobody has to decide about anything."""
        return replace(self.tool.rules, needs_approval=False, asks_input=False)

    async def run(self, arguments: JsonObject, context: ToolContext) -> str:
        """Answer from the tape.

        Raises:
            ToolFault: If the tool said so.
        """
        return await self.tape.answer(self.tool, arguments, context)


@dataclass(frozen=True)
class TapedToolset:
    """A set of tools whose calls the tape answers."""

    toolset: Toolset
    tape: Tape

    async def tools_for(self, context: TurnScope) -> list[Tool]:
        """Return the tools of this turn."""
        found = await self.toolset.tools_for(context)
        return [TapedTool(tool, self.tape) for tool in found]

    async def prompt_for(self, context: TurnScope) -> str:
        """Return what the set appends to the system prompt."""
        return await self.toolset.prompt_for(context)


def _called(name: str, arguments: JsonObject, used: Used, source: ToolAnswerSource) -> CalledTool:
    return CalledTool(
        name=name,
        arguments=arguments,
        result=used.result,
        is_error=used.is_error,
        source=source,
    )


def _key(name: str, arguments: JsonObject) -> tuple[str, str]:
    return name, json.dumps(arguments, sort_keys=True)
