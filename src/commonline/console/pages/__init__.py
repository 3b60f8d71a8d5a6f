"""One module a page: asks the gateway's queries, hands what `view` makes of it to a template."""
