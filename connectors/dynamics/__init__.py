"""Microsoft Dynamics 365 and Dataverse: cases, mails, notes, contacts, leads and deals."""
