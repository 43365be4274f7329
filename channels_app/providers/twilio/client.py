"""Speaking to Twilio: the SDK says what is asked, our own HTTP client asks it."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import httpx

from channels_app.providers.base.http_client import SendProblem, VendorClient
from channels_app.providers.base.media import FetchedMedia, download
from channels_app.providers.base.outcomes import accepted, refused
from channels_app.providers.twilio.checking import (
    check_account,
    check_key,
    check_number,
    check_service,
)
from channels_app.providers.twilio.config import TwilioAccount
from channels_app.providers.twilio.errors import (
    outcome_of_code,
    read_refusal,
    without_numbers,
)
from channels_app.providers.twilio.extra import Client
from rooms.domain.delivery import ProviderResult, SendOutcome

Arguments: TypeAlias = Mapping[str, str | list[str]]
"""Arguments of the SDK's `messages.create`."""

NOT_SENT = frozenset({"failed", "undelivered", "canceled"})
RETRYABLE = frozenset({SendOutcome.THROTTLED, SendOutcome.TRANSIENT})


class _Answer:
    """An answer as the SDK reads it."""

    def __init__(self, response: httpx.Response) -> None:
        self.status_code = response.status_code
        self.text = response.text
        self.headers = response.headers


class HttpxTransport:
    """Carries the SDK's requests; it is what the SDK calls an asynchronous HTTP client.

    It does not log, as the SDK's own does: what it sends are people's words and numbers.
    """

    is_async = True

    def __init__(self, http: VendorClient) -> None:
        self._http = http

    async def request(self, method: str, uri: str, **asked: Any) -> _Answer:
        """Make one request.

        Raises:
            SendProblem: If there is no answer or it is no 2xx: the SDK's exceptions would drop the
                headers, and with them how long to wait.
        """
        kept = {key: asked[key] for key in ("params", "data", "headers", "auth") if asked.get(key)}
        response = await self._http.request(method, uri, **kept)
        if not response.is_success:
            raise SendProblem(read_refusal(response))
        return _Answer(response)


class TwilioClient:
    """One account, used by all rooms of a channel."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account
        self._http = VendorClient("Twilio", timeout=account.timeout)
        self._sdk = _build_sdk(account, account.credentials, HttpxTransport(self._http))

    async def send(self, forms: Sequence[Arguments], envelope: Arguments) -> ProviderResult:
        """Create one message per form, in order, all with the sender and recipient of `envelope`.

        It stops at the first that is refused. Then the ids of those before are in the result, and
        one that might be repeated is UNKNOWN instead: to repeat it would repeat them as well.
        """
        ids: list[str] = []
        segments = 0
        for form in forms:
            result = await self._create({**envelope, **form})
            if not result.success:
                return _stopped(result, ids, total=len(forms))
            ids += result.provider_message_ids
            segments += result.segments or 0
        return accepted(*ids, segments=segments or None)

    async def show_typing(self, message_sid: str) -> ProviderResult:
        """Show a WhatsApp user that an answer to their message is being written; reads it, too."""
        try:
            await self._sdk.messaging.v2.typing_indicator.create_async("whatsapp", message_sid)
        except SendProblem as problem:
            return problem.result
        except ValueError as error:
            return _unreadable(error)
        return accepted()

    async def fetch_media(self, url: str, *, sha256: str | None, max_bytes: int) -> FetchedMedia:
        """Return a file of an inbound message.

        Raises:
            MediaUnavailable: If it cannot be had, or is another one than announced.
        """
        return await download(
            url,
            headers_of=self._media_headers,
            own_url=self._account.root_url,
            sha256=sha256,
            max_bytes=max_bytes,
        )

    def _media_headers(self, url: str) -> dict[str, str]:
        """Return what is sent to fetch a file: credentials to Twilio, nothing to others.

        Twilio answers with a redirect to another host, which must not get them.
        """
        if not url.startswith(f"{self._account.root_url}/"):
            return {}
        user_and_password = ":".join(self._account.credentials).encode()
        return {"Authorization": f"Basic {base64.b64encode(user_and_password).decode()}"}

    async def check(self, *, number: str | None = None, service_sid: str | None = None) -> None:
        """Ask Twilio whether the credentials work and the sender is ours; nothing is sent.

        Raises:
            CheckFailed: If not, or if Twilio could not be asked.
        """
        owner = _build_sdk(self._account, self._account.owner, HttpxTransport(self._http))
        await check_account(owner, self._account)
        if self._account.credentials != self._account.owner:
            await check_key(self._sdk)
        if service_sid:
            await check_service(self._sdk, service_sid)
        if number:
            await check_number(self._sdk, number)

    async def close(self) -> None:
        """Close the connections; twice is harmless."""
        await self._http.close()

    async def _create(self, form: Arguments) -> ProviderResult:
        try:
            message = await self._sdk.messages.create_async(**form)
        except SendProblem as problem:
            return problem.result
        except ValueError as error:
            return _unreadable(error)
        if not isinstance(message.sid, str) or not message.sid:
            return _unreadable(ValueError("no sid"))
        if message.status in NOT_SENT:
            return refused(
                outcome_of_code(message.error_code or 0),
                str(message.error_code or message.status),
                without_numbers(message.error_message or f"Twilio says {message.status}"),
            )
        # A service has not picked a sender yet, so it says "0".
        return accepted(message.sid, segments=_number(message.num_segments))


def _build_sdk(
    account: TwilioAccount, credentials: tuple[str, str], transport: HttpxTransport
) -> Client:
    sdk = Client(
        *credentials,
        account.account_sid,
        region=None if account.base_url else account.region,
        edge=None if account.base_url else account.edge,
        http_client=transport,
        # Else it would take its edge and region from the process's environment.
        environment={"TWILIO_ACCOUNT_SID": account.account_sid},
    )
    if account.base_url:
        sdk.api.base_url = sdk.messaging.base_url = account.root_url
    return sdk


def _stopped(result: ProviderResult, sent_ids: list[str], *, total: int) -> ProviderResult:
    if not sent_ids:
        return result
    outcome = result.outcome or SendOutcome.UNKNOWN
    return refused(
        SendOutcome.UNKNOWN if outcome in RETRYABLE else outcome,
        result.code or "partly_sent",
        f"{len(sent_ids)} of {total} parts were sent, then: {result.error}",
        retry_after=result.retry_after,
        sent_ids=sent_ids,
    )


def _unreadable(error: ValueError) -> ProviderResult:
    """Say that Twilio took a request (2xx) and answered something else than a message."""
    return refused(
        SendOutcome.UNKNOWN, "unreadable_answer", f"Twilio's answer: {type(error).__name__}"
    )


def _number(text: object) -> int | None:
    return int(text) or None if isinstance(text, str) and text.isdecimal() else None
