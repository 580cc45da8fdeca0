"""The version of the installed distribution: read from the disk, so only when asked for."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("servicelead")
