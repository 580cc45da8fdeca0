"""Score the accounts of a folder with a saved model: who is most likely to expand, and why it says so."""

from argparse import Namespace
from pathlib import Path

from servicelead.cli import console
from servicelead.cli.arguments import Parser, add_folder, whole_number
from servicelead.cli.figures import count, labels, percents
from servicelead.cli.reading import read, remark_on_rejects
from servicelead.cli.results import output_file, refuse_to_replace_input, write_result
from servicelead.cli.snapshot_arguments import add_key, add_snapshots, key_of, ranked, read_model

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "score accounts with a model, and say why"


def configure(parser: Parser) -> None:
    """Add the arguments."""
    add_folder(parser)
    parser.add_argument("--model", metavar="FILE", type=Path, required=True, help="what servicelead train saved")
    add_key(parser)
    add_snapshots(parser)
    parser.add_argument(
        "--top", metavar="N", type=whole_number(1, 10_000), default=10, help="accounts to print (default: 10)"
    )
    parser.add_argument(
        "--out", metavar="FILE", type=output_file, help="write every account to a .csv, .parquet or .json file"
    )


def run(arguments: Namespace) -> int:
    """Print the likeliest accounts with their main reason."""
    refuse_to_replace_input(arguments.out, arguments.folder)
    key = key_of(arguments)
    model = read_model(arguments.model, key)
    business = read(arguments)
    with console.working("scoring"):
        from servicelead.propensity import read_model_card  # noqa: PLC0415 - heavy, loaded on first use
        from servicelead.report.propensity import promise  # noqa: PLC0415 - the same

        table = ranked(model, business, arguments)
        foretold = promise(read_model_card(arguments.model, key=key), table["cutoff"], business.zone)
    if not len(table):
        console.heading("NOTHING TO SCORE: no account was active.")
    else:
        console.heading(f"Likeliest to expand, of {count(len(table), 'account')} active")
        console.line(
            "The file does not say what its probabilities are of."
            if foretold is None
            else f"Probability of an expansion between {foretold.first_day} and {foretold.last_day}, {foretold.basis}."
        )
        shown = table.head(arguments.top)
        console.table(
            [
                labels("account", shown["account_id"]),
                percents("probability", shown["probability"]),
                labels("main reason", shown["reason_1"]),
            ]
        )
        console.line()
    remark_on_rejects(business)
    if arguments.out is not None:
        write_result(table, arguments.out)
        console.line(f"Written: {arguments.out} ({count(len(table), 'row')})")
    return 0
