"""Where rooms are kept: one contract, in memory or in the database."""
