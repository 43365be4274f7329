"""What models must keep to that a vendor is asked for over a line, with credentials."""

import pytest

from channels_app.providers.base.ai import ProviderError
from channels_app.providers.base.checking import CheckFailed
from channels_app.testing.ai_provider_suite.asking import question, serving
from channels_app.testing.ai_provider_suite.case import AITrouble
from channels_app.testing.ai_provider_suite.suite import AIProviderSuite


class VendorAIProviderSuite(AIProviderSuite):
    """Derive a class named `Test…` from this and set `case`, with troubles and a wrong key."""

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Make one test of each trouble of the case."""
        if "trouble" in metafunc.fixturenames:
            troubles = self.case.troubles
            metafunc.parametrize("trouble", list(troubles.values()), ids=list(troubles))

    async def test_trouble_says_whether_to_ask_again(self, trouble: AITrouble) -> None:
        with serving(self.case) as (provider, vendor):
            trouble.arrange(vendor)
            with pytest.raises(ProviderError) as raised:
                await provider.generate(question())
            await provider.close()
            asked = self.case.asked(vendor)

        error = raised.value
        assert (error.retryable, error.status_code) == (trouble.retryable, trouble.status)
        assert error.retry_after == trouble.retry_after
        assert error.context_overflow == trouble.context_overflow
        assert error.provider
        assert asked == 1

    async def test_wrong_key_fails_the_check(self) -> None:
        with self.case.serving() as vendor:
            provider = self.case.wrong_key(vendor)
            with pytest.raises(CheckFailed) as raised:
                await provider.check()
            await provider.close()

        assert raised.value.field == "api_key"
