"""Activities as Microsoft Teams posts them to a bot; `FakeTeams.post` addresses and signs them.

Shapes: "Messages in bot conversations", "Conversation events in your Teams bot", "Send and receive
files using bot" and "Read receipts" on learn.microsoft.com/microsoftteams/platform/bots; all values
are invented. The vendor shows no `typing` and no card submit from Teams in full: these two are
built from the classes `Activity` and `TeamsChannelData` of `microsoft-agents-activity` 1.9.0.
"""

from typing import Any

from rooms.domain.json import JsonObject

ANA = {"id": "29:1-ana", "name": "Ana", "aadObjectId": "7faf8ab2-3d56-4244-b585-20c8a42ed2b8"}
TENANT_ID = "72f988bf-86f1-41af-91ab-2d7cd011db47"
PERSONAL: JsonObject = {
    "conversationType": "personal",
    "tenantId": TENANT_ID,
    "id": "a:1-ana-and-the-bot",
}
CHANNEL_ID = "19:0b7f32667e064dd9b25d7969801541f4@thread.tacv2"
THREAD: JsonObject = {
    "isGroup": True,
    "conversationType": "channel",
    "tenantId": TENANT_ID,
    "id": f"{CHANNEL_ID};messageid=1767225600000",
}
HTML_COPY: JsonObject = {"contentType": "text/html", "content": "<div>Hello</div>"}
BOT_NAME = "RoomBot"


def inbound(kind: str, **fields: Any) -> JsonObject:
    """Return an activity of a type from Ana in her chat with the bot; None takes a field out."""
    activity: JsonObject = {
        "type": kind,
        "id": "1767225600123",
        "timestamp": "2026-01-01T00:00:00.123Z",
        "localTimestamp": "2026-01-01T01:00:00.123+01:00",
        "channelId": "msteams",
        "from": ANA,
        "conversation": PERSONAL,
        "channelData": {"tenant": {"id": TENANT_ID}},
        "locale": "en-US",
    }
    return {name: value for name, value in {**activity, **fields}.items() if value is not None}


def inbound_text(text: str = "Hello", **fields: Any) -> JsonObject:
    """Return words as Teams sends them: with the same again as HTML beside them."""
    client = {"type": "clientInfo", "locale": "en-US", "country": "US", "platform": "Web"}
    words = {"text": text, "textFormat": "plain", "attachments": [HTML_COPY], "entities": [client]}
    return inbound("message", **{**words, **fields})


def inbound_mention(bot_id: str, text: str = f"<at>{BOT_NAME}</at> hello") -> JsonObject:
    """Return words in a channel's thread that name the bot first, and Bea if she is in the text."""
    named = [(f"<at>{BOT_NAME}</at>", {"id": bot_id, "name": BOT_NAME})]
    named += [("<at>Bea</at>", {"id": "29:1-bea", "name": "Bea"})]
    mentions = [
        {"type": "mention", "text": words, "mentioned": who}
        for words, who in named
        if words in text
    ]
    channel = {"channel": {"id": CHANNEL_ID}, "team": {"id": CHANNEL_ID}}
    return inbound_text(
        text,
        conversation=THREAD,
        entities=mentions,
        channelData={**channel, "tenant": {"id": TENANT_ID}},
    )


def inbound_file(name: str = "report.pdf") -> JsonObject:
    """Return a file that was put into the personal chat."""
    content = {
        "downloadUrl": f"https://contoso.sharepoint.com/download/{name}?tempauth=once",
        "uniqueId": "1150D938-8870-4044-9F2C-5BBDEBA70C9D",
        "fileType": name.rpartition(".")[2],
        "etag": "123",
    }
    attachment = {
        "contentType": "application/vnd.microsoft.teams.file.download.info",
        "contentUrl": f"https://contoso.sharepoint.com/personal/ana/Documents/{name}",
        "name": name,
        "content": content,
    }
    return inbound("message", attachments=[attachment])


def inbound_image(service_url: str) -> JsonObject:
    """Return a picture that was pasted into the message, to be fetched with the bot's token."""
    picture = {
        "contentType": "image/*",
        "contentUrl": f"{service_url}v3/attachments/0-weu-d1/views/original",
    }
    return inbound_text("look", attachments=[picture, HTML_COPY])


def inbound_edit(text: str = "Hello again", **fields: Any) -> JsonObject:
    """Return that a message was changed; its id is the message's."""
    channel_data = {"eventType": "editMessage", "tenant": {"id": TENANT_ID}}
    return inbound("messageUpdate", text=text, channelData=channel_data, **fields)


def inbound_undelete(text: str = "Hello") -> JsonObject:
    """Return that a message that was taken back is there again."""
    channel_data = {"eventType": "undeleteMessage", "tenant": {"id": TENANT_ID}}
    return inbound("messageUpdate", text=text, channelData=channel_data)


def inbound_delete() -> JsonObject:
    """Return that a message was taken back."""
    channel_data = {"eventType": "softDeleteMessage", "tenant": {"id": TENANT_ID}}
    return inbound("messageDelete", channelData=channel_data)


def inbound_reaction(
    added: str = "", removed: str = "", *, to: str = "1575667808184"
) -> JsonObject:
    """Return signs put on and taken from the bot's message `to`."""
    given = {"reactionsAdded": added, "reactionsRemoved": removed}
    lists = {name: [{"type": kind} for kind in kinds.split()] for name, kinds in given.items()}
    said = {name: kinds for name, kinds in lists.items() if kinds}
    return inbound("messageReaction", id="f:9f78d1f3", replyToId=to, **said)


def inbound_members_added(*member_ids: str) -> JsonObject:
    """Return that somebody, perhaps the bot, came into a conversation."""
    members = [{"id": member_id} for member_id in member_ids]
    return inbound("conversationUpdate", id="f:5f85c2ad", membersAdded=members)


def inbound_members_removed(*member_ids: str) -> JsonObject:
    """Return that somebody, perhaps the bot, was taken out of a conversation."""
    members = [{"id": member_id} for member_id in member_ids]
    return inbound("conversationUpdate", id="f:d8a6a4aa", membersRemoved=members)


def inbound_installation(action: str = "add") -> JsonObject:
    """Return that the app was installed (`add`) or taken off (`remove`)."""
    return inbound("installationUpdate", id="f:816eb23d", action=action)


def inbound_typing() -> JsonObject:
    """Return that Ana types."""
    return inbound("typing", id="f:4d1e")


def inbound_read(message_id: str = "1767225600123") -> JsonObject:
    """Return that Ana has read everything up to a message."""
    name = "application/vnd.microsoft.readReceipt"
    return inbound("event", id="f:77aa", name=name, value={"lastReadMessageId": message_id})


def inbound_card_submit(value: JsonObject) -> JsonObject:
    """Return that a card was sent in: a message without words."""
    return inbound("message", value=value, replyToId="1575667808184")


def inbound_invoke(name: str = "adaptiveCard/action") -> JsonObject:
    """Return a call that Teams waits on."""
    value = {"action": {"type": "Action.Execute", "verb": "refresh"}}
    return inbound("invoke", id="f:1a2b", name=name, value=value)
