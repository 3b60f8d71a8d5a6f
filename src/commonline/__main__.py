"""``python -m commonline`` is the command ``commonline``."""

from commonline.cli.main import main

main()
