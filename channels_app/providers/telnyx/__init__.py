"""Telnyx: SMS, MMS and RCS."""
