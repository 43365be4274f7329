"""The Messenger Send API of one page.

Sources: "Messenger Platform: Send API", "Sender actions", "Messenger Profile", "Common error
codes". Unconfirmed: the order in which Meta checks recipient and window.
"""

from dataclasses import dataclass

from channels_app.testing.fakes.meta import INVALID_PARAMETER, NO_SUCH_OBJECT, FakeGraph
from channels_app.testing.fakes.meta_messenger_schema import ACTION, SEND, Action, Message, Send
from channels_app.testing.fakes.meta_messenger_webhooks import MessengerWebhooks
from channels_app.testing.fakes.server import Request, Response

PAGE_ID = "109876543210987"

NO_PERMISSION = 10
PERSON_UNAVAILABLE = 551
OUTSIDE_WINDOW = 2018278
NO_SUCH_USER = 2018001


@dataclass(frozen=True)
class SentMessenger:
    """A message that was taken."""

    id: str
    request: Send

    @property
    def to(self) -> str:
        """The page-scoped id."""
        return self.request.recipient.id

    @property
    def message(self) -> Message:
        """What was said."""
        return self.request.message


class FakeMessenger(FakeGraph):
    """Takes messages and sender actions of one page.

    Attributes:
        sent: The messages that were taken, oldest first.
        actions: The sender actions.
        closed: People who wrote more than 24 hours ago; they get tagged and utility messages only.
        unknown: Ids that belong to nobody.
        unavailable: People who cannot be reached now.
        may_send: Whether the token has the permission pages_messaging.
    """

    def __init__(self, page_id: str = PAGE_ID) -> None:
        super().__init__()
        self.page_id = page_id
        self.hooks = MessengerWebhooks(self.app_secret, page_id)
        self.sent: list[SentMessenger] = []
        self.actions: list[Action] = []
        self.closed: set[str] = set()
        self.unknown: set[str] = set()
        self.unavailable: set[str] = set()
        self.may_send = True

    def answer(self, request: Request) -> Response:
        """Take a request as graph.facebook.com would."""
        node = self.node_of(request)
        if request.method == "GET" and (told := self._tell(request, node)):
            return told
        if request.method != "POST" or node not in ("/me/messages", f"/{self.page_id}/messages"):
            raise self.refusal(
                INVALID_PARAMETER,
                f"Unsupported {request.method.lower()} request. Object with ID '{node}' does not "
                "exist",
                subcode=NO_SUCH_OBJECT,
            )
        if self.names(request, "sender_action"):
            return self._act(self.read(request, ACTION))
        return self._send(self.read(request, SEND))

    def _tell(self, request: Request, node: str) -> Response | None:
        """Describe the page or its Messenger profile; None if it is something else."""
        self.check_proof(request)
        if node in ("/me", f"/{self.page_id}"):
            return Response(200, {"id": self.page_id, "name": "Willow Lane"})
        if node != "/me/messenger_profile":
            return None
        if not self.may_send:
            words = "(#200) Requires pages_messaging permission to manage the object"
            raise self.refusal(200, words)
        return Response(200, {"data": []})

    def _act(self, action: Action) -> Response:
        self._check_person(action.recipient.id)
        self.actions.append(action)
        return Response(200, {"recipient_id": action.recipient.id})

    def _send(self, send: Send) -> Response:
        person = send.recipient.id
        self._check_person(person)
        if person in self.closed and send.messaging_type not in ("MESSAGE_TAG", "UTILITY"):
            raise self.refusal(
                NO_PERMISSION,
                "(#10) This message is sent outside of allowed window.",
                subcode=OUTSIDE_WINDOW,
            )
        sent = SentMessenger(f"m_OUT{self.next_number():06d}", send)
        self.sent.append(sent)
        return Response(200, {"recipient_id": person, "message_id": sent.id})

    def _check_person(self, person: str) -> None:
        if person in self.unknown:
            raise self.refusal(
                INVALID_PARAMETER, "(#100) No matching user found", subcode=NO_SUCH_USER
            )
        if person in self.unavailable:
            raise self.refusal(PERSON_UNAVAILABLE, "(#551) This person isn't available right now.")
