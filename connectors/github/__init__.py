"""GitHub: issues, pull requests, discussions, comments, commits, releases and wiki pages of repositories."""
