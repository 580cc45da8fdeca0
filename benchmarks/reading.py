"""How long, and how much memory, does it take to read a delimited file so that no line is lost?

Run alone: ``python benchmarks/reading.py [rows] [rounds]``; a fifth of the rows is measured beside all of them. Each
measurement is a process of its own. The unit is Arrow's streaming reader going through the same file and keeping
nothing. Memory beyond the columns is the peak of the process less the size of what it returns: what must not grow
with the file.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from _measure import report, size

_N_ACCOUNTS = 100_000
_CHUNK = 100_000
_ROUNDS = 3
_HEADER = "touchpoint_id,account_id,occurred_at,team,channel,sentiment,cost,subject\n"
#: What is odd about a file: nothing; a line break in a quoted cell of each hundredth row; one forgotten quote and
#: one byte that is no text in each hundred thousand rows.
_KINDS = ("plain", "quoted breaks", "broken rows")


def write(path: Path, n: int, kind: str) -> None:
    """Write a file of `n` touches, the same for the same arguments."""
    import numpy as np  # noqa: PLC0415 - the parent process stays small: children are measured from its size

    rng = np.random.default_rng(0)
    teams, channels = ["services", "sales", "marketing"], [f"channel {number}" for number in range(12)]
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
        stream.write(_HEADER)
        for begin in range(0, n, _CHUNK):
            rows = min(_CHUNK, n - begin)
            accounts = rng.integers(0, _N_ACCOUNTS, rows).tolist()
            times = np.datetime_as_string(
                np.datetime64("2024-01-01T00:00:00") + rng.integers(0, 31_536_000, rows), timezone="UTC"
            ).tolist()
            words, scores = rng.integers(0, 12, rows).tolist(), np.round(rng.normal(0, 0.3, rows), 2).tolist()
            lines = [
                f"t{begin + row:08},a{account:06},{time},{teams[word % 3]},{channels[word]},{score},{word}.50,call\n"
                for row, (account, time, word, score) in enumerate(zip(accounts, times, words, scores, strict=True))
            ]
            if kind == "quoted breaks":
                lines[::100] = [line.replace("call", '"first line\nsecond, line"') for line in lines[::100]]
            elif kind == "broken rows":
                lines[10], lines[20] = lines[10].replace("call", '"call'), lines[20].replace("call", "\udce9")
            stream.writelines(lines)


def measure(reader: str, path: Path) -> dict[str, float]:
    """Read the file once in this process; return seconds, peak memory and the size of what was returned, in MB."""
    import resource  # noqa: PLC0415 - only where it is measured
    import time  # noqa: PLC0415 - the same

    from pyarrow import csv  # noqa: PLC0415 - the parent process stays small

    from servicelead.adapters.delimited import read_delimited  # noqa: PLC0415 - the same

    begun = time.perf_counter()
    columns = 0
    if reader == "arrow":
        for _ in csv.open_csv(path):
            pass
    else:
        raw = read_delimited(path)
        lines = 0 if raw.lines is None else raw.lines.nbytes
        columns = raw.rows.nbytes + raw.records.nbytes + lines
    return {
        "seconds": time.perf_counter() - begun,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "columns": columns / 2**20,
    }


def _in_a_process(*words: object) -> Any:
    # A function and its arguments by name, run by this file in a fresh interpreter.
    command = [sys.executable, __file__, "--child", *map(str, words)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(said) if said else None


def _best(rounds: int, path: Path, readers: tuple[str, ...]) -> dict[str, dict[str, float]]:
    taken = [{reader: _in_a_process("measure", reader, path) for reader in readers} for _ in range(rounds)]
    return {
        reader: {figure: min(once[reader][figure] for once in taken) for figure in taken[0][reader]}
        for reader in readers
    }


def main() -> None:
    """Measure, print and write."""
    n = size(5_000_000)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else _ROUNDS
    figures: dict[str, Any] = {}
    beyond: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for rows in (n // 5, n):
            path = Path(folder, "plain.csv")
            _in_a_process("write", path, rows, "plain")
            best = _best(rounds, path, ("arrow", "ours"))
            ours = best["ours"]
            beyond.append(ours["peak"] - ours["columns"])
            figures |= {
                f"{rows:,} rows: file, MB": path.stat().st_size / 2**20,
                f"{rows:,} rows: seconds, Arrow streaming": best["arrow"]["seconds"],
                f"{rows:,} rows: seconds, ours": ours["seconds"],
                f"{rows:,} rows: ours / Arrow": ours["seconds"] / best["arrow"]["seconds"],
                f"{rows:,} rows: peak memory of Arrow, MB": best["arrow"]["peak"],
                f"{rows:,} rows: peak memory, MB": ours["peak"],
                f"{rows:,} rows: columns returned, MB": ours["columns"],
                f"{rows:,} rows: memory beyond the columns, MB": beyond[-1],
            }
        figures["memory beyond the columns, all / a fifth"] = beyond[1] / beyond[0]
        path = Path(folder, "odd.csv")
        for kind in _KINDS:
            _in_a_process("write", path, n // 5, kind)
            figures[f"{n // 5:,} rows: seconds, {kind}"] = _best(rounds, path, ("ours",))["ours"]["seconds"]
    goals = {f"{rows:,} rows: ours / Arrow": 3.0 for rows in (n // 5, n)}
    report(__file__, figures, goals | {"memory beyond the columns, all / a fifth": 1.3})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        task, *words = sys.argv[2:]
        if task == "write":
            write(Path(words[0]), int(words[1]), words[2])
        else:
            sys.stdout.write(json.dumps(measure(words[0], Path(words[1]))))
    else:
        main()
