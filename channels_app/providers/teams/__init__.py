"""Microsoft Teams, by the REST interface of the Bot Connector."""
