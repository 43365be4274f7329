"""``manage.py roomkit_eval``: try versions of an agent on conversations of the past."""

import asyncio
import json
import shutil
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from channels_app.ai.ledger import BudgetExceeded
from channels_app.configured.building import BrokenConfig
from channels_app.evaluation.arguments import (
    add_record_arguments,
    add_run_arguments,
    read_changes,
)
from channels_app.evaluation.cases import Case, parse_case
from channels_app.evaluation.recording import record_room
from channels_app.evaluation.report import describe_case, describe_sum
from channels_app.evaluation.results import as_json, passed_share
from channels_app.evaluation.running import Entry, NoSuchVersion, enter, get_version, read_case
from channels_app.evaluation.sheets import Sheet
from channels_app.models import EvalCase, EvalSet
from channels_app.selectors.evaluations import find_set, list_cases
from channels_app.services.evaluations import CaseExists, save_case
from rooms.domain.json import JsonObject
from rooms.models import Room
from rooms.stores.orm.executor import DatabaseThreads

HELP = """Try versions of an agent on conversations of the past.

The model is really asked, which costs money, unless --model mock:FILE says otherwise: a budget
of the agent or its organization that is used up ends it. No room of the site is touched, nothing
is sent, and no hook has a part in it. Tools are not run:
they answer what they answered in the recorded conversation. Only a tool that says that it is
read_only is run where nothing was recorded; any other answers that it is not run."""


class Command(BaseCommand):
    """Record cases, list them, and try agents on them."""

    help = HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Keep the paragraphs of the help."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the three things it does."""
        does = parser.add_subparsers(dest="does", required=True)
        listing = does.add_parser("list", help="list the sets and their cases")
        listing.add_argument("--organization", default="", help="whose sets; unsaid: nobody's")
        add_record_arguments(does.add_parser("record", help="save what was said in a room"))
        add_run_arguments(
            does.add_parser("run", help="try an agent; ends with 1 below --fail-under")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it.

        Raises:
            CommandError: If something is not there, or fewer cases passed than have to.
        """
        {"list": self._list, "record": self._record, "run": self._run}[options["does"]](options)

    def _list(self, options: JsonObject) -> None:
        sets = EvalSet.objects.filter(organization_id=options["organization"])
        for each in sets.order_by("name"):
            cases = list_cases(eval_set=each)
            self.stdout.write(f"{each.name}: {len(cases)} cases")
            for case in cases:
                source = f", from room {case.source_room_id}" if case.source_room_id else ""
                self.stdout.write(f"  {case.name}: {len(case.checks)} checks{source}")

    def _record(self, options: JsonObject) -> None:
        room, events = _read_room(options["room"])
        checks = [check.model_dump(mode="json") for check in options["check"]]
        try:
            save_case(
                organization_id=room.organization_id,
                set_name=options["set"],
                name=options["case"],
                events=events,
                checks=checks,
                source_room_id=room.pk,
                replace=options["replace"],
            )
        except CaseExists as problem:
            raise CommandError(f"{problem}: choose another name, or say --replace.") from problem
        self.stdout.write(f"{options['case']}: {len(events)} entries, {len(checks)} checks")

    def _run(self, options: JsonObject) -> None:
        threads = DatabaseThreads()
        try:
            sheets = self._try_all(_enter(options, threads), options)
        except (BrokenConfig, BudgetExceeded, NoSuchVersion) as problem:
            raise CommandError(str(problem)) from problem
        finally:
            asyncio.run(threads.close())
        for sheet in sheets:
            self.stdout.write(describe_sum(sheet.label, sheet.model, sheet.outcomes))
        if options["json"]:
            told = [as_json(sheet.label, sheet.model, sheet.outcomes) for sheet in sheets]
            text = json.dumps({"versions": told}, indent=2, ensure_ascii=False)
            Path(options["json"]).write_text(text + "\n", encoding="utf-8")
        share, wanted = passed_share(sheets[0].outcomes), options["fail_under"]
        if share < wanted:
            raise CommandError(f"{share:.0%} of the cases passed, {wanted:.0%} have to.")

    def _try_all(self, entries: list[Entry], options: JsonObject) -> list[Sheet]:
        if options["room"]:
            _, events = _read_room(options["room"])
            return self._try(entries, [(None, parse_case(options["room"], events, []))])
        organization_id = entries[0].version.agent.organization_id
        eval_set = find_set(organization_id=organization_id, name=options["set"])
        rows = list_cases(eval_set=eval_set) if eval_set else []
        if eval_set is None or not rows:
            raise CommandError(f"There is no case in set {options['set']!r}: see 'list'.")
        return self._try(entries, [(row, read_case(row)) for row in rows], eval_set)

    def _try(
        self,
        entries: list[Entry],
        cases: list[tuple[EvalCase | None, Case]],
        eval_set: EvalSet | None = None,
    ) -> list[Sheet]:
        sheets = [Sheet(entry, eval_set) for entry in entries]
        error = "interrupted"
        try:
            for row, case in cases:
                outcomes = [asyncio.run(entry.trial.run(case)) for entry in entries]
                for sheet, outcome in zip(sheets, outcomes, strict=True):
                    sheet.write(row, outcome)
                told = {sheet.label: sheet.outcomes[-1] for sheet in sheets}
                width = shutil.get_terminal_size().columns
                self.stdout.write("\n".join([*describe_case(told, width=width), ""]))
            error = ""
        except (BrokenConfig, BudgetExceeded) as problem:
            error = str(problem)
            raise
        finally:
            for sheet in sheets:
                sheet.close(error)
        return sheets


def _enter(options: JsonObject, threads: DatabaseThreads) -> list[Entry]:
    changes = read_changes(options)
    whiches = [options["version"], *([options["against"]] if options["against"] else [])]
    return [enter(get_version(options["agent"], which), threads, changes) for which in whiches]


def _read_room(room_id: str) -> tuple[Room, list[JsonObject]]:
    room = Room.objects.filter(pk=room_id).first()
    if room is None:
        raise CommandError(f"There is no room {room_id!r}: look its id up in the admin.")
    events = record_room(room_id)
    if not parse_case("", events, []).exchanges:
        raise CommandError(f"In room {room_id!r} no customer has said anything.")
    return room, events
