"""Makes everything that follows from the Avro files; run as ``python -m commonline.schemas.generate``."""
