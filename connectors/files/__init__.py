"""Files: rows of CSV and lines of JSON, for the history of systems that are gone or cannot be asked."""
