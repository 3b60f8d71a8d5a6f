"""Salesforce: cases, mails, contacts, leads, deals and tasks of an organisation."""
