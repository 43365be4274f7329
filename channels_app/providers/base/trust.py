"""Whom our HTTP clients trust."""

from functools import cache
from ssl import SSLContext

import httpx


@cache
def trusted_authorities() -> SSLContext:
    """Return the certificates of the web, read once: all wait for that meanwhile.

    They are certifi's, or those that `SSL_CERT_FILE` or `SSL_CERT_DIR` names.
    """
    return httpx.create_ssl_context()
