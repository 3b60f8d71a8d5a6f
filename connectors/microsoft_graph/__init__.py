"""Microsoft Graph: messages of Teams, mail of Outlook, files of OneDrive and SharePoint."""
