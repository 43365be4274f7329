"""What every provider must keep to, as tests that its author runs.

class TestPigeonProvider(ProviderSuite):
    case = ProviderCase(make_provider=..., to=..., ...)
"""

import pytest

# Before they are imported, so that a failing test shows the values it compared.
pytest.register_assert_rewrite(f"{__name__}.suite", f"{__name__}.reading")

from channels_app.testing.provider_suite.case import (  # noqa: E402 - see above
    Expected,
    Proof,
    ProviderCase,
    Sample,
    Trouble,
    Vendor,
)
from channels_app.testing.provider_suite.suite import ProviderSuite  # noqa: E402 - see above

__all__ = ["Expected", "Proof", "ProviderCase", "ProviderSuite", "Sample", "Trouble", "Vendor"]
