"""Confluence: pages, blog posts, comments and attachments."""
