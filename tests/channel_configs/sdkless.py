"""The module of a provider whose SDK is not installed."""

import acme_sdk_that_nobody_has  # type: ignore[import-not-found]  # which is the point of it

AcmeProvider = acme_sdk_that_nobody_has.Provider
