"""Language models by Google, through the Gemini API."""
