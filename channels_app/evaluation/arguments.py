"""The arguments of ``manage.py roomkit_eval``."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

from channels_app.evaluation.checks import Check
from channels_app.evaluation.running import Changes
from channels_app.selectors.evaluations import DRAFT
from rooms.domain.json import JsonObject

CHECKS = (
    "kind=value, or kind@2=value of the second answer only; kinds: contains, not_contains, regex, "
    "max_chars, tool_called, tool_not_called, judge (a model says whether it is true)"
)
MODEL = "another model of the same vendor, or mock:FILE, a JSON list of answers; asks no vendor"
JUDGE = "what judges, as --model; unsaid: the model that answers"


def add_record_arguments(parser: ArgumentParser) -> None:
    """Declare what `record` takes."""
    parser.add_argument("--room", required=True, help="the room's id")
    parser.add_argument("--set", required=True, help="made if it is not there")
    parser.add_argument("--case", required=True, help="how the case is called")
    parser.add_argument("--check", action="append", default=[], type=_check, help=CHECKS)
    parser.add_argument("--replace", action="store_true", help="write over a case of that name")


def add_run_arguments(parser: ArgumentParser) -> None:
    """Declare what `run` takes."""
    parser.add_argument("--agent", required=True, help="the agent's channel id")
    parser.add_argument(
        "--version", default="", type=_version, help="a number or 'draft'; unsaid: the published"
    )
    parser.add_argument("--against", default="", type=_version, help="a second one beside it")
    on_what = parser.add_mutually_exclusive_group(required=True)
    on_what.add_argument("--set", default="", help="a set of the agent's organization")
    on_what.add_argument("--room", default="", help="a room of the past; nothing is stored then")
    parser.add_argument("--model", default="", help=MODEL)
    parser.add_argument("--judge-model", default="", help=JUDGE)
    parser.add_argument("--provider", default="", help="another provider, by its dotted path")
    parser.add_argument(
        "--provider-config", default={}, type=_config, help="a JSON file of what that one is told"
    )
    parser.add_argument(
        "--fail-under", default=0.0, type=_share, help="which share has to pass, such as 0.9"
    )
    parser.add_argument("--json", type=Path, help="write the results to this file, too")


def read_changes(options: JsonObject) -> Changes:
    """Return what `run` is to change about the agents."""
    return Changes(
        model=options["model"],
        judge_model=options["judge_model"],
        provider=options["provider"],
        config=options["provider_config"],
    )


def _config(path: str) -> JsonObject:
    try:
        config: object = json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise ArgumentTypeError(f"{path} is no JSON file: {error}") from error
    if not isinstance(config, dict):
        raise ArgumentTypeError(f"{path} holds no JSON object")
    return config


def _check(text: str) -> Check:
    try:
        return Check.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _version(text: str) -> str:
    if text and text != DRAFT and not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is no version: write a number or {DRAFT!r}")
    return text


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no number") from error
    if not 0 <= share <= 1:
        raise ArgumentTypeError(f"{text} is not between 0 and 1")
    return share
