"""What tests of channels and providers need; shipped, so that foreign providers can use it."""
