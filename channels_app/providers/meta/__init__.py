"""Meta: WhatsApp by the Cloud API, Facebook Messenger by the Send API."""
