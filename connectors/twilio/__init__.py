"""Twilio: text messages, WhatsApp, calls, recordings, transcripts, conversations."""
