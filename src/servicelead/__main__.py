"""``python -m servicelead``: the command line where its script is not on the path."""

from servicelead.cli import main

raise SystemExit(main())
