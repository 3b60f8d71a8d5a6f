"""MediaWiki: changes of pages, by Wikimedia's EventStreams or a wiki's own API."""
