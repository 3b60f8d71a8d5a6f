"""Who may come in: applications by token, people by OpenID Connect, a laptop by itself. All end as a `Viewer`."""
