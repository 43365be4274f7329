"""Models that vLLM serves, by the interface it shares with OpenAI."""
