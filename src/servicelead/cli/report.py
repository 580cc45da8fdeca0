"""Write one self-contained HTML page about a folder, and print the five figures to start with."""

from argparse import ArgumentTypeError, Namespace
from pathlib import Path

from servicelead.cli import console
from servicelead.cli.arguments import Parser, add_folder, add_lookback
from servicelead.cli.headlines import Headlines
from servicelead.cli.reading import read, remark_on_lines, remark_on_no_credit, window_of
from servicelead.cli.snapshot_arguments import add_key, add_snapshots, key_of, ranked, read_model
from servicelead.cli.strategies import add_strategy, compared, refuse_unknown_channels, strategy_of, with_choices

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "write a self-contained HTML report"


def configure(parser: Parser) -> None:
    """Add the arguments."""
    add_folder(parser)
    parser.add_argument(
        "--out", metavar="FILE", type=_page, default=Path("report.html"), help="page to write (default: report.html)"
    )
    add_strategy(parser)
    add_lookback(parser)
    parser.add_argument("--model", metavar="FILE", type=Path, help="rank accounts with what servicelead train saved")
    add_key(parser)
    add_snapshots(parser)


def run(arguments: Namespace) -> int:
    """Write the report of a folder."""
    strategy = strategy_of(arguments)
    key = key_of(arguments)
    model = None if arguments.model is None else read_model(arguments.model, key)
    business = read(arguments)
    window = window_of(arguments)
    with console.working("writing the report"):
        from servicelead.report import write_report  # noqa: PLC0415 - heavy, loaded on first use
        from servicelead.report.rules import DEFAULT_STRATEGIES  # noqa: PLC0415 - the same

        headlines = Headlines.of(business, window, with_choices(arguments.strategy, strategy), strategy)
        refuse_unknown_channels(arguments, headlines.attribution.journeys)
        ranking = card = None
        if model is not None:
            from servicelead.propensity import read_model_card  # noqa: PLC0415 - the same

            ranking, card = ranked(model, business, arguments), read_model_card(arguments.model, key=key)
        rules = compared(arguments, DEFAULT_STRATEGIES)
        path = write_report(business, arguments.out, window=window, strategies=rules, ranking=ranking, model_card=card)
    remark_on_no_credit(business)
    headlines.show()
    console.line()
    remark_on_lines(business)
    console.line(f"The report is a single file for any browser, no network needed: {path}")
    return 0


def _page(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in {".html", ".htm"}:
        raise ArgumentTypeError(f"must end in .html; got {path.suffix or 'no suffix'!r}")
    if path.is_dir():
        raise ArgumentTypeError(f"must be a file; {text!r} is a folder")
    if not path.parent.is_dir():
        raise ArgumentTypeError(f"must lie in a folder that exists; make {str(path.parent)!r} first")
    return path
