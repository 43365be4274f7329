"""What every language model must keep to, as tests that its provider's author runs.

class TestPigeonAIProvider(VendorAIProviderSuite):
    case = AIProviderCase(serving=..., make_provider=..., tell=..., ...)

A model that thinks is also run through `ThinkingSuite`. Nothing but `AIProviderSuite` is for models
without a vendor.
"""

import pytest

# Before they are imported, so that a failing test shows the values it compared.
pytest.register_assert_rewrite(*(f"{__name__}.{name}" for name in ("suite", "thinking", "vendor")))

from channels_app.testing.ai_provider_suite.case import (  # noqa: E402 - see above
    AIProviderCase,
    AITrouble,
    Ending,
    Said,
    SaidCall,
    Tokens,
)
from channels_app.testing.ai_provider_suite.suite import (  # noqa: E402 - see above
    AIProviderSuite,
)
from channels_app.testing.ai_provider_suite.thinking import (  # noqa: E402 - see above
    ThinkingSuite,
)
from channels_app.testing.ai_provider_suite.vendor import (  # noqa: E402 - see above
    VendorAIProviderSuite,
)

__all__ = [
    "AIProviderCase",
    "AIProviderSuite",
    "AITrouble",
    "Ending",
    "Said",
    "SaidCall",
    "ThinkingSuite",
    "Tokens",
    "VendorAIProviderSuite",
]
