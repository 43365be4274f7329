"""From a mail to the body of ElasticEmail's API, version 4."""

import base64

from channels_app.providers.base.mail.composing import Mail
from channels_app.providers.base.mail.files import MailFile
from channels_app.providers.elasticemail.config import ElasticEmailConfig
from rooms.domain.json import JsonObject

TRANSACTIONAL_PATH, LIST_PATH = "/emails/transactional", "/emails"


def path_of(config: ElasticEmailConfig) -> str:
    """Return where mails are sent to."""
    return TRANSACTIONAL_PATH if config.is_transactional else LIST_PATH


def build_request(mail: Mail, event_id: str, config: ElasticEmailConfig) -> JsonObject:
    """Write a mail as ElasticEmail wants it; `Postback` comes back with each notification."""
    to = mail.to.address
    recipients: JsonObject | list[JsonObject] = (
        {"To": [to]} if config.is_transactional else [{"Email": to}]
    )
    content: JsonObject = {
        "From": str(mail.sender),
        "Subject": mail.subject,
        "Body": _body(mail),
        "Headers": mail.headers,
        "Postback": event_id,
    }
    if mail.reply_to:
        content["ReplyTo"] = str(mail.reply_to)
    if mail.body.files:
        content["Attachments"] = list(map(_attachment, mail.body.files))
    options = {"TrackOpens": config.track_opens, "TrackClicks": False}
    return {"Recipients": recipients, "Content": content, "Options": options}


def _body(mail: Mail) -> list[JsonObject]:
    forms = [("PlainText", mail.body.text or " "), ("HTML", mail.body.html)]
    return [
        {"ContentType": kind, "Content": words, "Charset": "utf-8"}
        for kind, words in forms
        if words
    ]


def _attachment(each: MailFile) -> JsonObject:
    return {
        "BinaryContent": base64.b64encode(each.content).decode(),
        "Name": each.name,
        "ContentType": each.mime_type,
    }
