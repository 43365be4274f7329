"""Making a conversation shorter when it is longer than a model can read."""

from channels_app.providers.base.ai import AIMessage, AITextPart, AIToolResultPart, ProviderError

EXCERPT_CHARS = 500
FEWEST_MESSAGES = 5
"""Fewer messages are not shortened: what is long is then the question itself."""

TOO_MANY_REQUESTS = 429
PHRASES = ("context_length_exceeded", "maximum context length", "prompt is too long")

HEADLINE = "What was said before, shortened:"


def is_overflow(error: ProviderError) -> bool:
    """Tell whether a request was longer than the model can read.

    A limit of tokens per minute (429) is not that, whatever its text says.
    """
    if error.context_overflow:
        return True
    if error.status_code == TOO_MANY_REQUESTS:
        return False
    told = f"{error.code or ''} {error}".lower()
    return any(phrase in told for phrase in PHRASES)


def compact(messages: list[AIMessage]) -> bool:
    """Replace the first half of the messages, in place, by one with excerpts of them.

    Calls of tools stay with their results. Returns False when there is too little to shorten.
    """
    cut = _cut(messages)
    if cut < 1:
        return False
    lines = [line for message in messages[:cut] if (line := _excerpt(message))]
    messages[:cut] = [AIMessage(role="user", content="\n".join([HEADLINE, *lines]))]
    return True


def _cut(messages: list[AIMessage]) -> int:
    """Return where to cut: never between the calls of tools and their results."""
    if len(messages) < FEWEST_MESSAGES:
        return 0
    cut = len(messages) // 2
    while cut < len(messages) and messages[cut].role == "tool":
        cut += 1
    if cut < len(messages):
        return cut
    # The tail is one long round of tools: cut before the turn that called them.
    while cut > 0 and (cut == len(messages) or messages[cut].role == "tool"):
        cut -= 1
    return cut


def _excerpt(message: AIMessage) -> str:
    text = message.content if isinstance(message.content, str) else _words(message)
    text = " ".join(text.split())
    if not text:
        return ""
    cut = text if len(text) <= EXCERPT_CHARS else f"{text[:EXCERPT_CHARS]}…"
    return f"{message.role}: {cut}"


def _words(message: AIMessage) -> str:
    words = []
    for part in message.content:
        if isinstance(part, AITextPart):
            words.append(part.text)
        elif isinstance(part, AIToolResultPart):
            words.append(f"{part.name}: {part.result}")
    return " ".join(words)
