"""Facebook Pages and Messenger: webhooks of the Graph API's `page` object."""
