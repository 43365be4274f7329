"""How phone numbers are read."""

import pytest

from channels_app.providers.base.phone import is_valid_phone, normalize_phone


@pytest.mark.parametrize(
    ("written", "region", "expected"),
    [
        ("+15145550123", "US", "+15145550123"),
        ("  +1 (514) 555-0123 ", "US", "+15145550123"),
        ("514-555-0123", "CA", "+15145550123"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        # Without its plus, as some vendors write: in the US it would be no number at all.
        ("33612345678", "US", "+33612345678"),
        # A Canadian number without its plus is also a German one.
        ("15145550123", "DE", "+15145550123"),
        # An exit code is understood where it is dialled.
        ("0033612345678", "FR", "+33612345678"),
        # Ten digits in North America: with a plus these two are in Egypt and in Singapore.
        ("2033820833", "US", "+12033820833"),
        ("6567934447", "CA", "+16567934447"),
        # Ten digits elsewhere: a country code and eight digits of Denmark.
        ("4520123456", "DK", "+4520123456"),
    ],
)
def test_a_number_becomes_e164(written: str, region: str, expected: str) -> None:
    assert normalize_phone(written, region) == expected
    assert is_valid_phone(written, region)


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("", "US"),
        ("   ", "US"),
        ("hello", "US"),
        ("12345", "US"),  # a short code
        ("ACME", "US"),  # a sender's name
        ("US.13491208655302741918", "US"),  # a WhatsApp user without a number
        ("+1 555 01", "US"),
        ("+999123456789", "US"),
        ("0033612345678", "US"),  # an exit code of another country
        ("+133612345678", "US"),
        ("²145550123", "US"),
    ],
)
def test_what_cannot_be_dialled_is_refused(written: str, region: str) -> None:
    assert not is_valid_phone(written, region)
    with pytest.raises(ValueError, match="is no phone number"):
        normalize_phone(written, region)


def test_numbers_belong_to_the_us_by_default() -> None:
    assert normalize_phone("(212) 736-5000") == "+12127365000"


def test_normalizing_twice_changes_nothing() -> None:
    once = normalize_phone("33612345678")

    assert normalize_phone(once) == once


def test_the_error_hides_the_number() -> None:
    with pytest.raises(ValueError, match="no phone number") as caught:
        normalize_phone("+1 555 867 5309 99")

    assert "867" not in str(caught.value)
