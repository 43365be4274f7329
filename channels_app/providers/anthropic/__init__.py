"""Language models by Anthropic."""
