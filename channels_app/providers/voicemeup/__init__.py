"""VoiceMeUp: SMS and MMS in Canada."""
