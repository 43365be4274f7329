"""Several agents in one room: who answers, how they hand over, how they work together (RFC §19)."""
