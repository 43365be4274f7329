"""Texts of other people inside a prompt."""


def enclose(tag: str, text: str) -> str:
    """Return a text between tags; nothing in it can end them."""
    return f"<{tag}>\n{text.replace(f'</{tag}', f'< /{tag}')}\n</{tag}>"
