"""Patience with the outside: clocks, retries, rate limits and circuit breakers; no Django."""
