"""The data files of one folder: found by name, each read at most once and only when asked for."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from servicelead.adapters.config import CONFIG_NAME, FileConfig
from servicelead.adapters.raw import RawTable
from servicelead.adapters.suggestions import did_you_mean
from servicelead.exceptions import ConfigError, IngestError

__all__ = ["Folder", "require_folder"]

_SUFFIXES = (".csv", ".tsv", ".parquet")


def require_folder(path: Path) -> None:
    """Refuse a path that is no folder.

    Raises
    ------
    IngestError
        When it is not.
    """
    if not path.is_dir():
        got = "it is a file: give its folder" if path.is_file() else "there is no such folder. Check the path"
        raise IngestError(
            f"{path.name}: must be a folder of CSV or Parquet files; {got}",
            file=path.name,
            reason="no_folder",
        )


class Folder:
    """A folder of CSV and Parquet files.

    Parameters
    ----------
    path
        The folder.
    declared
        How to read files of which the configuration says more than the name.

    Raises
    ------
    ConfigError
        When a declared file is missing or declared twice.
    """

    def __init__(self, path: Path, declared: Mapping[str, FileConfig]) -> None:
        self.path = path
        self._files = sorted(
            entry.name for entry in path.iterdir() if entry.is_file() and not entry.name.startswith(".")
        )
        self._read: dict[str, RawTable] = {}
        self._configs: dict[str, FileConfig] = {}
        self._views: dict[str, str] = {}
        for name, config in declared.items():
            file = self.find(config.file, f"[files.{name}]") if config.file else self.named(name)
            if file is None:
                raise ConfigError(f'{CONFIG_NAME} [files.{name}]: no file; got none called {name}. Add file = "..."')
            if file in self._configs:
                raise ConfigError(f"{CONFIG_NAME} [files.{name}]: {file} is declared twice. Keep one of the two")
            self._configs[file] = config
            self._views[name] = file

    def named(self, name: str) -> str | None:
        """Return the file called like a table, in any case and with any known suffix; None if there is none.

        Raises
        ------
        ConfigError
            When several files are called so.
        """
        found = [file for file in self._files if _is_table(file) and Path(file).stem.lower() == name.lower()]
        if len(found) > 1:
            raise ConfigError(
                f"{CONFIG_NAME}: one file gives a table by its name; got {' and '.join(found)}. Say which one:\n"
                f'[tables.{name}]\nfile = "{found[0]}"',
                reason="ambiguous_file",
            )
        return found[0] if found else None

    @property
    def views(self) -> tuple[str, ...]:
        """Names that queries know files by: those declared, and the stems of all others."""
        declared = set(self._views.values())
        stems = [Path(file).stem for file in self._files if _is_table(file) and file not in declared]
        return (*self._views, *dict.fromkeys(stems))

    def view(self, name: str) -> RawTable:
        """Return the rows of the file that queries know by a name."""
        file = self._views.get(name) or self.named(name)
        assert file is not None  # noqa: S101 - a name out of `views`
        return self.read(file)

    def named_in(self, query: str) -> list[str]:
        """Return the views whose names a query mentions, in any case, so that only their files are read."""
        return [name for name in self.views if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", query, re.IGNORECASE)]

    def find(self, file: str, where: str) -> str:
        """Return the name of a file that a configuration states.

        Raises
        ------
        ConfigError
            When it is not there; the message suggests one that is.
        """
        if not (self.path / file).is_file():
            raise ConfigError(
                f"{CONFIG_NAME} {where}: there is no file {file!r}{did_you_mean(file, self._files)} The folder has "
                f"{', '.join(self._files) or 'no files'}",
                reason="no_file",
            )
        return PurePosixPath(file.replace("\\", "/")).as_posix()

    def read(self, file: str) -> RawTable:
        """Return the rows of a file, read on first use."""
        if file not in self._read:
            config = self._configs.get(file, FileConfig(name=file))
            # Known by its path inside the folder: corrected rows lie in a folder of their own, under the same name.
            self._read[file] = self._open(file, config).called(file)
        return self._read[file]

    def _open(self, file: str, config: FileConfig) -> RawTable:
        from servicelead.adapters.delimited import read_delimited  # noqa: PLC0415 - heavy, loaded on first use
        from servicelead.adapters.parquet import read_parquet  # noqa: PLC0415 - heavy, loaded on first use

        path = self.path / file
        try:
            if path.suffix.lower() == ".parquet":
                return read_parquet(path)
            tab = "\t" if path.suffix.lower() == ".tsv" else None
            return read_delimited(path, delimiter=config.delimiter or tab, encoding=config.encoding)
        except OSError as error:
            raise IngestError(
                f"{file}: must be readable; got {type(error).__name__}. Check the file's permissions",
                file=file,
                reason="unreadable",
            ) from None

    @property
    def unused(self) -> tuple[str, ...]:
        """Files that nothing has read, the configuration aside."""
        return tuple(name for name in self._files if name not in self._read and name != CONFIG_NAME)

    @property
    def used(self) -> Mapping[str, RawTable]:
        """Files read so far, by name."""
        return dict(self._read)


def _is_table(file: str) -> bool:
    return Path(file).suffix.lower() in _SUFFIXES
