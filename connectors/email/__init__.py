"""E-mail: mailboxes read over IMAP, MIME of the real world."""
