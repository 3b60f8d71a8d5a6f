"""Written by ``python -m commonline.schemas.generate``; never edited by hand."""
