"""``manage.py roomkit_knowledge``: what the agents of an organization look things up in."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_app.ai.knowledge.documents import make_entries
from channels_app.ai.records import KnowledgeEntry
from channels_app.selectors.knowledge_documents import list_documents
from channels_app.services.knowledge_documents import put_document, remove_documents

ENDINGS = frozenset({".md", ".markdown", ".txt"})


class Command(BaseCommand):
    """Put a folder of texts where agents find them, list what is there, or remove it."""

    help = "Add the Markdown and text files of a folder to what agents look up; list or remove."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the three things it does."""
        parser.add_argument("--organization", help="whose texts they are; unsaid: nobody's")
        does = parser.add_subparsers(dest="does", required=True)
        add = does.add_parser("add", help="add a folder; what is there already stays as it is")
        add.add_argument("folder", type=_folder, help="searched for .md, .markdown and .txt")
        add.add_argument("--name", default="", help="put before the names of its files")
        does.add_parser("list", help="list the documents")
        remove = does.add_parser("remove", help="remove documents")
        remove.add_argument("source", nargs="+", help="a document's name, as 'list' shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it.

        Raises:
            CommandError: If a file is no text, there is none, or a document is not there.
        """
        organization_id = options["organization"] or None
        if options["does"] == "add":
            self._add(organization_id, options["folder"], options["name"])
        elif options["does"] == "list":
            self._list(organization_id)
        else:
            self._remove(organization_id, options["source"])

    def _add(self, organization_id: str | None, folder: Path, name: str) -> None:
        # Every file is read before the first is stored: a folder is taken whole or not at all.
        documents = _read_folder(organization_id, folder, name)
        if not documents:
            raise CommandError(f"{folder} has no file that ends in {', '.join(sorted(ENDINGS))}.")
        for source, entries in documents.items():
            done = put_document(organization_id=organization_id, source=source, entries=entries)
            self.stdout.write(
                f"{source}: {done.added} added, {done.kept} unchanged, {done.removed} removed"
            )

    def _list(self, organization_id: str | None) -> None:
        for each in list_documents(organization_id=organization_id):
            told = f"{each.pieces} pieces, {each.chars} characters"
            self.stdout.write(f"{each.source}: {told}, {each.indexed_at:%Y-%m-%d %H:%M} UTC")

    def _remove(self, organization_id: str | None, sources: list[str]) -> None:
        known = {each.source for each in list_documents(organization_id=organization_id)}
        if unknown := sorted(set(sources) - known):
            raise CommandError(f"There is no document {', '.join(unknown)}: see 'list'.")
        removed = remove_documents(organization_id=organization_id, sources=sources)
        self.stdout.write(f"{removed} pieces are removed.")


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise ArgumentTypeError(f"{text} is no folder")
    return path


def _read_folder(
    organization_id: str | None, folder: Path, name: str
) -> dict[str, dict[str, KnowledgeEntry]]:
    """Return the pieces of every document by its name, hidden files left out."""
    documents = {}
    for path in sorted(folder.rglob("*")):
        within = path.relative_to(folder)
        is_hidden = any(part.startswith(".") for part in within.parts)
        if is_hidden or path.suffix.lower() not in ENDINGS or not path.is_file():
            continue
        source = f"{name}{within.as_posix()}"
        documents[source] = make_entries(
            _read(path), source=source, organization_id=organization_id
        )
    return documents


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CommandError(f"{path} is no text in UTF-8: save it as such.") from error
