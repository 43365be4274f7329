"""OpenAI's models, and those of servers that speak as OpenAI does."""
