"""Twilio's SDK, which is an extra; everything of it that is used is named here."""

try:
    from twilio.request_validator import RequestValidator
    from twilio.rest import Client
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "Twilio's channels need its SDK: pip install 'django-roomkit[twilio]'", name=error.name
    ) from error

__all__ = ["Client", "RequestValidator"]
