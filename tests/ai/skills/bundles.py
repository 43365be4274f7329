"""Skills on disk."""

from pathlib import Path

BODY = "# Refunds\n\nNever promise a date."


def write_skill(
    root: Path,
    name: str = "refund-policy",
    *,
    front: str = "",
    description: str = "How refunds work",
    body: str = BODY,
) -> Path:
    """Write a skill below `root`; `front` is put behind its name and description."""
    bundle = root / name
    bundle.mkdir(parents=True, exist_ok=True)
    text = f"---\nname: {name}\ndescription: {description}\n{front}---\n\n{body}\n"
    (bundle / "SKILL.md").write_text(text, encoding="utf-8")
    return bundle


def add_file(bundle: Path, folder: str, name: str, text: str = "text") -> Path:
    """Put a file into one of a skill's folders."""
    (bundle / folder).mkdir(exist_ok=True)
    path = bundle / folder / name
    path.write_text(text, encoding="utf-8")
    return path
