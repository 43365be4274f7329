"""Twilio: text messages, RCS and WhatsApp through one account's Messages resource."""
