"""HTTP below ``/v1``: one router a resource, problem+json for what goes wrong."""
