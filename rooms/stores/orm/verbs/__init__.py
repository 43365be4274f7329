"""The contract's verbs, synchronous, from services and selectors: rows stay in here."""
