"""Files of events: kept before the event is stored, and the event's own from then on.

An event with a file takes a look at the database more; all others cost nothing here.
"""

from rooms.channel import Channel
from rooms.domain.event import RoomEvent
from rooms.domain.media import files_in
from rooms.pipeline.scene import Scene
from rooms.ports import MediaStore


async def keep_files(media: MediaStore, event: RoomEvent, *, copies: bool = True) -> RoomEvent:
    """Return an event whose files are the site's; do it before the room's lock is taken."""
    return await media.keep(event, copies=copies) if any(files_in(event.content)) else event


async def file_away(media: MediaStore, event: RoomEvent) -> RoomEvent:
    """Keep the files of an event that is about to be stored, and note whose they are."""
    if not any(files_in(event.content)):
        return event
    kept = await media.keep(event)
    await media.claim(kept)
    return kept


async def file_away_all(media: MediaStore, scene: Scene) -> None:
    """Note whose the files of all that a scene stores are, and keep those of hooks' own events."""
    if any(files_in(scene.event.content)):
        await media.claim(scene.event)
    for injection in scene.injections:
        injection.event = await file_away(media, injection.event)


async def show_files(media: MediaStore, event: RoomEvent, channel: Channel) -> RoomEvent:
    """Return an event with its files in the form in which a channel hands them on."""
    if not any(files_in(event.content)):
        return event
    if channel.attached_bytes:
        return await media.attach(event, max_bytes=channel.attached_bytes)
    return media.show(event)
