"""Inbound mail: SendGrid, Mailgun and Postmark post the mails that they receive."""
