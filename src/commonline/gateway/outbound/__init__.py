"""Signed webhooks out (Standard Webhooks): what a department's feed says, posted to whoever subscribed."""
