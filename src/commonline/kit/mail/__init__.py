"""Raw mails (RFC 5322) to drafts: read by every connector to which mails come, by IMAP or by a provider's call."""
