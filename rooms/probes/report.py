"""What `manage.py doctor` prints: for people in columns, for machines as one object."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.checks import ERROR, CheckMessage

from rooms.domain.json import JsonObject
from rooms.probes.diagnosis import Reading, Status
from rooms.topology import Topology, suggest_next

INDENT = "  "
LABEL_WIDTH = 15


@dataclass(frozen=True)
class Report:
    """The answers of a site.

    Attributes:
        topology: How it is set up, None while the `ROOMKIT` setting is wrong.
        findings: What system checks found.
    """

    topology: Topology | None
    readings: Sequence[Reading]
    findings: Sequence[CheckMessage]

    @property
    def is_broken(self) -> bool:
        """Whether anything must be mended before the site works."""
        return any(reading.status is Status.BROKEN for reading in self.readings) or any(
            finding.level >= ERROR for finding in self.findings
        )

    def as_text(self) -> str:
        """Return the report in lines."""
        return "\n".join(self._lines())

    def as_json(self) -> JsonObject:
        """Return the report as one object."""
        topology = self.topology
        setup = None if topology is None else {"level": topology.level, **topology.model_dump()}
        return {
            "ok": not self.is_broken,
            "topology": setup,
            "worker": topology.worker if topology else None,
            "readings": [reading.model_dump(mode="json") for reading in self.readings],
            "findings": [_as_json(finding) for finding in self.findings],
            "next": suggest_next(topology).model_dump() if topology else None,
        }

    def _lines(self) -> Iterator[str]:
        if self.topology is not None:
            yield "Set up"
            yield from (_line(label, value) for label, value in self.topology.lines())
            yield from ("", "Answers")
            for reading in self.readings:
                yield from _tell_reading(reading)
        yield from ("", "Findings")
        yield from _tell_findings(self.findings)
        if self.topology is not None:
            first = "Mend what is broken." if self.is_broken else suggest_next(self.topology)
            yield from ("", "Next", f"{INDENT}{first}")
        yield from ("", "Something is broken." if self.is_broken else "Nothing is broken.")


def _line(label: str, value: str) -> str:
    return f"{INDENT}{label:<{LABEL_WIDTH}}{value}"


def _tell_reading(reading: Reading) -> Iterator[str]:
    took = "" if reading.ms is None else f", {reading.ms:.1f} ms"
    mark = "" if reading.status in {Status.OK, Status.UNUSED} else f"{reading.status.upper()}: "
    yield _line(reading.subject, f"{mark}{reading.said}{took}")
    if reading.remedy:
        yield _line("", reading.remedy)


def _tell_findings(findings: Sequence[CheckMessage]) -> Iterator[str]:
    if not findings:
        yield f"{INDENT}none"
    for finding in findings:
        level = "ERROR" if finding.level >= ERROR else "WARNING"
        yield f"{INDENT}{level} {finding.id}: {finding.msg}"
        yield from (f"{INDENT * 2}{line}" for line in str(finding.hint or "").splitlines())


def _as_json(finding: CheckMessage) -> JsonObject:
    return {
        "id": finding.id,
        "level": "error" if finding.level >= ERROR else "warning",
        "message": str(finding.msg),
        "hint": str(finding.hint or ""),
    }
