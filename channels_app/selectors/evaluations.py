"""Reads of agents to be tried, and of the cases that they are tried on."""

from channels_app.models import AgentConfig, AgentVersion, EvalCase, EvalRun, EvalSet

DRAFT = "draft"


def find_version(*, channel_id: str, which: str = "") -> AgentVersion | None:
    """Return a version of an agent with its agent, or None.

    Args:
        channel_id: The agent.
        which: A number, or `draft`; '' is the published one.
    """
    versions = AgentVersion.objects.select_related("agent").filter(agent__channel_id=channel_id)
    if not which:
        versions = versions.filter(pk__in=AgentConfig.objects.values("published_version"))
    elif which == DRAFT:
        versions = versions.drafts()
    else:
        versions = versions.filter(number=int(which))
    return versions.order_by("-number").first()


def find_set(*, organization_id: str, name: str) -> EvalSet | None:
    """Return a set of an organization by its name, or None."""
    return EvalSet.objects.filter(organization_id=organization_id, name=name).first()


def list_cases(*, eval_set: EvalSet) -> list[EvalCase]:
    """Return the cases of a set in the order in which they were put there."""
    return list(EvalCase.objects.filter(eval_set=eval_set).order_by("pk"))


def next_case(*, run: EvalRun) -> EvalCase | None:
    """Return the first case of a run's set that has no result yet."""
    done = run.results.values("case")
    left = EvalCase.objects.filter(eval_set_id=run.eval_set_id).exclude(pk__in=done)
    return left.order_by("pk").first()


def find_former(*, run: EvalRun) -> EvalRun | None:
    """Return the run before one on the same set, of the same agent but another version."""
    others = EvalRun.objects.filter(eval_set_id=run.eval_set_id, channel_id=run.channel_id)
    others = others.exclude(version_sha256=run.version_sha256).filter(pk__lt=run.pk)
    return others.order_by("-pk").first()
