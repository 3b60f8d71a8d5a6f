"""GitLab: issues, merge requests, notes, commits, releases, wiki pages and reactions of projects."""
