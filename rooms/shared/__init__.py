"""What processes must know of each other: breakers, rate limits, who is connected; no Django."""
