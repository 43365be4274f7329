"""The shape of a request to Gemini, by the SDK's own types; unknown fields are refused.

Sources: the SDK google-genai 3.4 for Python (`Content`, `Tool`, `ThinkingConfig` and what the
module `models` puts into a request of the Gemini Developer API) and
https://ai.google.dev/api/generate-content.
"""

from google.genai import types
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class _Wire(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", hide_input_in_errors=True
    )


class GenerationConfig(_Wire):
    """How to answer."""

    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = None
    top_k: float | None = None
    candidate_count: int | None = None
    max_output_tokens: int | None = Field(default=None, ge=1)
    stop_sequences: list[str] | None = Field(default=None, max_length=5)
    seed: int | None = None
    response_mime_type: str | None = None
    thinking_config: types.ThinkingConfig | None = None


class GenerateContent(_Wire):
    """One request for an answer."""

    contents: list[types.Content] = Field(min_length=1)
    system_instruction: types.Content | None = None
    tools: list[types.Tool] = []
    tool_config: types.ToolConfig | None = None
    generation_config: GenerationConfig = Field(default_factory=GenerationConfig)
