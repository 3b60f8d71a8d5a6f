"""The projection: records of the log to rows. `shown`, `whole`, `plan`, `summary` are pure; `projector` is the rim."""
