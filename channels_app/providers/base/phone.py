"""Phone numbers as people and vendors write them, and the one form that we keep: E.164."""

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

BARE_INTERNATIONAL_DIGITS = 10
NORTH_AMERICA = 1


def is_valid_phone(number: str, default_region: str = "US") -> bool:
    """Tell whether `number` can be dialled, read as `normalize_phone` reads it."""
    return _read(number, default_region) is not None


def normalize_phone(number: str, default_region: str = "US") -> str:
    """Return `number` in E.164, for example `+15145550123`.

    Several vendors leave the plus out, so digits alone, if there are ten or more, are read as an
    international number first. Ten digits in a country of the North American plan are the
    exception: they are how people there write their own numbers, and one in ten of those is also a
    number of Egypt, Morocco, Singapore … once a plus is put before it.

    Args:
        number: As a person or a vendor wrote it.
        default_region: Where numbers without a country code belong, as ISO 3166-1 alpha-2.

    Raises:
        ValueError: If it cannot be dialled: short codes and names of senders are no numbers.
    """
    if (parsed := _read(number, default_region)) is None:
        raise ValueError(
            f"{_shown(number)} is no phone number of {default_region} or with a country code: "
            "write it as +15145550123"
        )
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


def _read(number: str, region: str) -> PhoneNumber | None:
    """Return the first valid reading."""
    written = number.strip()
    readings = (_parse(text, region) for text in _readings(written, region))
    return next((parsed for parsed in readings if parsed is not None), None)


def _readings(written: str, region: str) -> tuple[str, ...]:
    bare = written.isascii() and written.isdecimal()
    if not bare or len(written) < BARE_INTERNATIONAL_DIGITS:
        return (written,)
    international = f"+{written}"
    if len(written) == BARE_INTERNATIONAL_DIGITS and _is_north_american(region):
        return written, international
    return international, written


def _is_north_american(region: str) -> bool:
    return phonenumbers.country_code_for_region(region) == NORTH_AMERICA


def _parse(text: str, region: str) -> PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_valid_number(parsed) else None


def _shown(number: str) -> str:
    """Hide all but the end: errors are logged, and a mistyped number may be somebody's."""
    return repr(f"…{number.strip()[-2:]}")
