"""Reports as mail servers write them (RFC 3464 and RFC 5965 show the forms)."""

from tests.providers.mail.samples import our_message_id


def dsn(
    action: str = "failed",
    *,
    original: str = "message/rfc822",
    message_id: str | None = None,
    extra: str = "",
) -> bytes:
    """Write a report on a mail of ours that did not arrive, or what `action` says."""
    named = our_message_id() if message_id is None else message_id
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.customer.example>
To: support@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.customer.example
{extra}Arrival-Date: Thu, 1 Jan 2026 10:00:00 +0100

Final-Recipient: rfc822; ana2@customer.example
Original-Recipient: rfc822; Ana@customer.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ana@customer.example>: unknown

--b
Content-Type: {original}

From: Support <support@example.org>
To: ana@customer.example
Message-ID: {named}
Subject: Re: Question

Hello
--b--
""".encode()


def arf(
    message_id: str | None = None, recipient: str = "Original-Rcpt-To: <Ana@x.example>"
) -> bytes:
    """Write the complaint of somebody who had a mail of ours."""
    named = our_message_id() if message_id is None else message_id
    return f"""\
From: <abuse@isp.example>
To: <support@example.org>
Subject: FW: Earn money
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
{recipient}

--b
Content-Type: message/rfc822

From: <support@example.org>
To: <ana@customer.example>
Message-ID: {named}
Subject: Hello

Spam?
--b--
""".encode()
