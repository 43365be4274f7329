"""Who may edit, delete or react, and what that does to the message."""

from typing import Any

import pytest

from rooms.domain.commit import TargetChange
from rooms.domain.content import DeleteContent, EditContent, ReactionContent, TextContent
from rooms.domain.enums import (
    ChannelType,
    DeleteType,
    EventStatus,
    EventType,
    ParticipantRole,
    ParticipantStatus,
)
from rooms.domain.event import RoomEvent
from rooms.pipeline.edits import EditRefused, plan_target_change
from rooms.testing.factories import make_event, make_participant, make_source

NEW = TextContent(body="new")
OWNER, LEFT = ParticipantRole.OWNER, ParticipantStatus.LEFT
PEOPLE = [
    make_participant("ann"),
    make_participant("bob"),
    make_participant("olga", role=OWNER),
    make_participant("gone", role=OWNER, status=LEFT),
    make_participant("banned", role=OWNER, status=ParticipantStatus.BANNED),
    # the same person, first known by a number, later by name
    make_participant("+1555", identity_id="id-eve"),
    make_participant("eve@web", identity_id="id-eve"),
]


def target_by(author: str | None = "ann", **fields: Any) -> RoomEvent:
    return make_event("old", id="target", source=make_source(participant_id=author), **fields)


def change_by(sender: str | None, content: Any, *, system: bool = False) -> RoomEvent:
    """An edit, delete or reaction event, by its content."""
    channel_type = ChannelType.SYSTEM if system else ChannelType.SMS
    source = make_source(participant_id=sender, channel_type=channel_type)
    return make_event(type=EventType(content.type), content=content, source=source)


def edit(source: str | None = None) -> EditContent:
    return EditContent(target_event_id="target", new_content=NEW, edit_source=source)


def delete(by: DeleteType = DeleteType.SENDER) -> DeleteContent:
    return DeleteContent(target_event_id="target", delete_type=by)


def react(emoji: str = "👍", action: Any = "add") -> ReactionContent:
    return ReactionContent(target_event_id="target", emoji=emoji, action=action)


def verdict(event: RoomEvent, target: RoomEvent | None) -> str:
    """The refusal's code, or `ok`."""
    try:
        plan_target_change(event, target, PEOPLE)
    except EditRefused as refusal:
        return refusal.code
    return "ok"


@pytest.mark.parametrize(
    ("claim", "sender", "system", "expected"),
    [
        # the sender's own right: named, unnamed, or by any word that means nothing
        (edit("sender"), "ann", False, "ok"),
        (edit("sender"), "bob", False, "not_original_author"),
        (edit(None), "ann", False, "ok"),
        (edit(None), "bob", False, "not_original_author"),
        (edit("root"), "ann", False, "ok"),
        (edit("root"), "bob", False, "not_original_author"),
        (edit("System"), "bob", False, "not_original_author"),
        (edit("admin"), "olga", False, "not_original_author"),
        # the system is the channel the framework made, not a word in the payload
        (edit("system"), "ann", False, "not_authorized"),
        (edit("system"), "bob", False, "not_authorized"),
        (edit("system"), "olga", False, "not_authorized"),
        (edit("system"), None, True, "ok"),
        # the framework claims the sender's right and is not the sender
        (edit(None), "bob", True, "not_original_author"),
        # delete by its sender
        (delete(), "ann", False, "ok"),
        (delete(), "bob", False, "not_original_author"),
        (delete(), "olga", False, "not_original_author"),
        # delete by authority in the room
        (delete(DeleteType.ADMIN), "olga", False, "ok"),
        (delete(DeleteType.ADMIN), "bob", False, "not_authorized"),
        (delete(DeleteType.ADMIN), "ann", False, "not_authorized"),
        (delete(DeleteType.ADMIN), "stranger", False, "not_authorized"),
        (delete(DeleteType.ADMIN), "gone", False, "not_authorized"),
        (delete(DeleteType.ADMIN), "banned", False, "not_authorized"),
        # delete by the framework
        (delete(DeleteType.SYSTEM), None, True, "ok"),
        (delete(DeleteType.SYSTEM), "ann", False, "not_authorized"),
        (delete(DeleteType.SYSTEM), "olga", False, "not_authorized"),
        # anybody may react
        (react(), "bob", False, "ok"),
        # nobody is known as the sender
        (edit(), None, False, "identity_required_for_edit"),
        (delete(), None, False, "identity_required_for_edit"),
        (delete(DeleteType.ADMIN), None, False, "identity_required_for_edit"),
        (react(), None, False, "identity_required_for_edit"),
    ],
)
def test_authority(claim: Any, sender: str | None, system: bool, expected: str) -> None:
    assert verdict(change_by(sender, claim, system=system), target_by("ann")) == expected


@pytest.mark.parametrize(
    ("claim", "sender", "system", "expected"),
    [
        # nobody can prove to have written what has no author
        (edit(), "ann", False, "identity_required_for_edit"),
        (delete(), "ann", False, "identity_required_for_edit"),
        # authority does not rest on the author
        (delete(DeleteType.ADMIN), "olga", False, "ok"),
        (delete(DeleteType.SYSTEM), None, True, "ok"),
        (edit("system"), None, True, "ok"),
        (react(), "ann", False, "ok"),
    ],
)
def test_message_without_a_known_author(
    claim: Any, sender: str | None, system: bool, expected: str
) -> None:
    assert verdict(change_by(sender, claim, system=system), target_by(None)) == expected


@pytest.mark.parametrize(
    ("sender", "author", "expected"),
    [
        # one identity, two participant ids
        ("eve@web", "+1555", "ok"),
        # the identity's own id, as a resolver stamps it
        ("id-eve", "+1555", "ok"),
        ("+1555", "id-eve", "ok"),
        # an identity on one side only says nothing
        ("eve@web", "ann", "not_original_author"),
        ("ann", "+1555", "not_original_author"),
        # two people nobody has identified are not the same nobody
        ("ann", "bob", "not_original_author"),
        # people the room does not know
        ("x", "x", "ok"),
        ("x", "y", "not_original_author"),
    ],
)
def test_author_is_compared_by_identity(sender: str, author: str, expected: str) -> None:
    assert verdict(change_by(sender, edit()), target_by(author)) == expected


@pytest.mark.parametrize("claim", [edit(), delete(), react()])
@pytest.mark.parametrize(
    "target",
    [
        None,
        # of another room
        target_by(room_id="elsewhere"),
        target_by(status=EventStatus.BLOCKED),
        target_by(metadata={"deleted": True}),
        target_by(type=EventType.SYSTEM),
        target_by(type=EventType.EDIT),
    ],
)
def test_only_a_living_message_of_the_room_can_be_changed(
    claim: Any, target: RoomEvent | None
) -> None:
    assert verdict(change_by("ann", claim), target) == "target_event_not_found"


@pytest.mark.parametrize("kind", [EventType.EDIT, EventType.REACTION, EventType.MESSAGE])
def test_event_whose_content_does_not_fit_its_type_changes_nothing(kind: EventType) -> None:
    event = change_by("ann", delete()).model_copy(update={"type": kind})

    assert verdict(event, target_by("ann")) == "target_event_not_found"


@pytest.mark.parametrize("content", [edit(), delete(), react()])
def test_message_cannot_be_edited_into_a_change(content: Any) -> None:
    claim = EditContent(target_event_id="target", new_content=content)

    assert verdict(change_by("ann", claim), target_by("ann")) == "not_authorized"


def test_refusal_names_who_and_what() -> None:
    with pytest.raises(EditRefused, match="'bob' did not write event 'target'"):
        plan_target_change(change_by("bob", edit()), target_by("ann"), PEOPLE)


def test_edit_replaces_the_content_and_keeps_a_revision() -> None:
    change = plan_target_change(change_by("ann", edit()), target_by("ann"), PEOPLE)

    assert change == TargetChange(
        event_id="target",
        content=NEW,
        metadata={"edited": True},
        changed_by="ann",
        keeps_revision=True,
    )


def test_delete_marks_the_message_and_keeps_its_content() -> None:
    change = plan_target_change(change_by("ann", delete()), target_by("ann"), PEOPLE)

    assert change == TargetChange(
        event_id="target",
        content=None,
        metadata={"deleted": True},
        changed_by="ann",
        keeps_revision=True,
    )


def test_change_by_the_framework_is_signed_by_its_channel() -> None:
    event = change_by(None, delete(DeleteType.SYSTEM), system=True)

    assert plan_target_change(event, target_by("ann"), PEOPLE).changed_by == "sms-1"


@pytest.mark.parametrize(
    ("before", "content", "sender", "after"),
    [
        # the first one
        ({}, react(), "ann", {"👍": ["ann"]}),
        # one more, in order of arrival
        ({"👍": ["ann"]}, react(), "bob", {"👍": ["ann", "bob"]}),
        ({"👍": ["ann"]}, react("🎉"), "ann", {"👍": ["ann"], "🎉": ["ann"]}),
        # the same again changes nothing
        ({"👍": ["ann", "bob"]}, react(), "ann", {"👍": ["ann", "bob"]}),
        # taken back
        ({"👍": ["ann", "bob"]}, react(action="remove"), "ann", {"👍": ["bob"]}),
        # the last one takes the emoji with it
        ({"👍": ["ann"]}, react(action="remove"), "ann", {}),
        # taken back twice, or never given
        ({"👍": ["bob"]}, react(action="remove"), "ann", {"👍": ["bob"]}),
        ({}, react(action="remove"), "ann", {}),
        # known by identity: counted under the participant's id
        ({"👍": ["+1555"]}, react(), "id-eve", {"👍": ["+1555"]}),
    ],
)
def test_reactions_are_counted_once_per_person(
    before: dict[str, list[str]], content: Any, sender: str, after: dict[str, list[str]]
) -> None:
    target = target_by("ann", metadata={"reactions": before} if before else {})

    change = plan_target_change(change_by(sender, content), target, PEOPLE)

    assert change.metadata == {"reactions": after}


def test_reaction_keeps_content_and_makes_no_revision() -> None:
    change = plan_target_change(change_by("bob", react()), target_by("ann"), PEOPLE)

    assert (change.content, change.keeps_revision) == (None, False)


def test_planning_leaves_the_target_as_it_was() -> None:
    target = target_by("ann", metadata={"reactions": {"👍": ["ann"]}})
    before = target.model_dump()

    plan_target_change(change_by("bob", react()), target, PEOPLE)

    assert target.model_dump() == before
