"""What agents read about tasks."""

import json

from hooks.results import TaskStatus
from rooms.delegated.records import DelegatedTaskResult
from rooms.domain.json import JsonObject

LONGEST_RESULT = 8000
"""How many characters of a result an agent is told; the rest stays with the task."""

INSTRUCTION = "Tell the user what matters of this result, in your own words."


def question_text(task: str, context: JsonObject) -> str:
    """Return what the agent is asked, with what it should know for it."""
    if not context:
        return task
    facts = json.dumps(context, ensure_ascii=False, indent=2, default=str)
    return f"{task}\n\nContext:\n{facts}"


def result_block(result: DelegatedTaskResult) -> str:
    """Return what an agent is told of a task that has ended."""
    asked = str(result.metadata.get("task_input", ""))
    head = f"[Background task {result.task_id} of {result.agent_id}: {result.status.value}]"
    lines = [head, f"Task: {asked}"]
    if result.status is not TaskStatus.COMPLETED:
        lines.append(f"It was not done: {result.error or result.status.value}.")
    if result.output:
        lines += ["Result:", _cut(result.output)]
    return "\n".join(lines)


def _cut(text: str) -> str:
    if len(text) <= LONGEST_RESULT:
        return text
    return f"{text[:LONGEST_RESULT]}\n[{len(text) - LONGEST_RESULT} more characters]"
