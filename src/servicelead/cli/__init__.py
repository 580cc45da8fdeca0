"""The command line: thin faces over the same calls a program would make. See ``servicelead --help``.

Needs ``pip install "servicelead[cli]"``.
"""

from servicelead.cli.program import main

__all__ = ["main"]
