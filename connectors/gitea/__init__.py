"""Gitea and Forgejo: issues, pull requests, comments, commits, releases and wiki pages of repositories."""
