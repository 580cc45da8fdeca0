"""Train a model of which accounts will expand, judge it on later months of others, and save it if it may be used."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from servicelead.cli import console
from servicelead.cli.arguments import Parser, add_confidence, add_folder, whole_number
from servicelead.cli.current_model import judge_current
from servicelead.cli.figures import ABSENT, count, counts, labels, numbers
from servicelead.cli.layout import Column
from servicelead.cli.reading import read, remark_on_rejects
from servicelead.cli.snapshot_arguments import (
    add_key,
    add_snapshots,
    add_windows,
    builder_of,
    key_of,
    read_model,
    refuse_missing,
)

if TYPE_CHECKING:
    from servicelead.propensity import Decision, Evaluation, LeakReport, SnapshotBuilder, Snapshots

__all__ = ["SUMMARY", "configure", "run"]

SUMMARY = "train a model of expansion, and judge whether it may be used"
_REFUSED = 1


def configure(parser: Parser) -> None:
    """Add the arguments."""
    add_folder(parser)
    parser.add_argument("--out", metavar="FILE", type=Path, help="save the model here, unless it is refused")
    parser.add_argument("--force", action="store_true", help="save it although it is refused")
    parser.add_argument(
        "--model",
        choices=("boosting", "additive", "card"),
        metavar="NAME",
        default="boosting",
        help="boosting (default), additive (each column by itself) or card (whole points)",
    )
    parser.add_argument(
        "--every",
        choices=("month", "quarter", "year"),
        metavar="NAME",
        help="a cutoff each month (default), quarter ...",
    )
    parser.add_argument(
        "--horizon", metavar="DAYS", type=whole_number(1, 3650), help="days in which an expansion counts (default: 90)"
    )
    parser.add_argument(
        "--gap", metavar="DAYS", type=whole_number(0, 3650), help="days from the cutoff until they begin (default: 0)"
    )
    add_windows(parser)
    parser.add_argument("--current", metavar="FILE", type=Path, help="the model in use, which the new one must beat")
    add_key(parser)
    add_snapshots(parser)
    parser.add_argument("--splits", metavar="N", type=whole_number(1, 100), help="periods to judge it on (default: 3)")
    parser.add_argument(
        "--account-folds",
        metavar="N",
        type=whole_number(2, 100),
        help="parts of the accounts, each judged by a model of the others (default: 3)",
    )
    add_confidence(parser)


def run(arguments: Namespace) -> int:
    """Print what it learned from, what it is worth beside its baselines, and the decision; 1 if refused."""
    key = key_of(arguments)
    current = None if arguments.current is None else read_model(arguments.current, key)
    business = read(arguments)
    with console.working("taking snapshots"):
        builder = builder_of(arguments)
        snapshots = builder.build(business)
    _print_snapshots(snapshots, builder)
    if current is not None:
        refuse_missing(arguments, "--current", current.encoder_.names, snapshots.features.names)
    if len(set(snapshots.label.tolist())) < 2:
        console.heading("NOTHING TO LEARN: there must be snapshots of accounts that expanded and of ones that did not.")
        console.line(_remedy(snapshots, builder))
        return _REFUSED
    with console.working("training and judging"):
        from servicelead import propensity  # noqa: PLC0415 - heavy, loaded on first use

        model = _model(arguments.model)
        leaks = propensity.detect_leaks(snapshots.features, snapshots.y, groups=snapshots.account)
        asked = {"n_splits": arguments.splits, "account_folds": arguments.account_folds}
        given = {name: number for name, number in asked.items() if number is not None}
        cv = propensity.AccountTimeSplit.of(snapshots, **given)
        evaluation = propensity.evaluate(
            model,
            snapshots.features,
            snapshots.y,
            accounts=snapshots.account,
            cv=cv,
            confidence=arguments.confidence,
            n_jobs=-1,
        )
        rival = None
        if current is not None:
            told = propensity.read_model_card(arguments.current, key=key).training
            rival = judge_current(current, told, snapshots, cv, arguments.confidence)
        decision = propensity.PromotionGate().decide(evaluation, None if rival is None else rival.evaluation)
    _print_leaks(leaks)
    _print_evaluation(evaluation)
    if rival is not None:
        console.line(rival.words)
    _print_decision(decision)
    remark_on_rejects(business)
    if arguments.out is None:
        console.line("Not saved: give --out FILE." if decision.publish else "Not saved.")
        return 0 if decision.publish else _REFUSED
    if not decision.publish and not arguments.force:
        kept = f" {arguments.out} is left as it was." if arguments.out.exists() else ""
        console.line(f"NOT SAVED: --force saves a model that was refused.{kept}")
        return _REFUSED
    with console.working("training on every snapshot"):
        model.fit(snapshots.features, snapshots.y, groups=snapshots.account)
        propensity.save_model(model, arguments.out, key=key, training=snapshots, evaluation=evaluation)
    console.line(f"Saved{'' if decision.publish else ' although refused'}: {arguments.out}")
    return 0


def _model(name: str) -> Any:
    from servicelead.propensity import ExpansionClassifier, ScoreCard  # noqa: PLC0415 - heavy, loaded on first use

    return ScoreCard() if name == "card" else ExpansionClassifier(additive=name == "additive")


def _print_snapshots(snapshots: "Snapshots", builder: "SnapshotBuilder") -> None:
    console.heading(f"Learning from {snapshots}")
    console.line(
        f"An expansion is a won deal of kind {_kinds(builder)}; it counts from "
        f"{count(builder.gap.days, 'day')} after the cutoff, for {count(builder.horizon.days, 'day')}."
    )
    console.line(
        "Active is who just before the cutoff had a paid subscription, or had paid in the "
        f"{count(builder.payment_gap.days, 'day')} before it; before anybody had done either, who had a deal won."
    )
    dropped = snapshots.dropped
    if np.sum(dropped["n_rows"]):
        console.heading("Snapshots that could not be taken")
        console.table(
            [
                labels("reason", [reason.replace("_", " ") for reason in dropped["reason"].tolist()]),
                counts("accounts at cutoffs", dropped["n_rows"]),
            ]
        )


def _kinds(builder: "SnapshotBuilder") -> str:
    return " or ".join(map(str, builder.kinds))


def _remedy(snapshots: "Snapshots", builder: "SnapshotBuilder") -> str:
    """Return what to do where one outcome is missing."""
    if not len(snapshots):
        return "No account was active at a cutoff whose days are over: give subscriptions, payments or older deals."
    if (snapshots.label == 1).any():
        return "All expanded: a shorter --horizon tells them apart."
    return (
        f"No deal of kind {_kinds(builder)} was won in those days: map your own words for opportunities.kind to these "
        "in servicelead.toml, or give a longer --horizon."
    )


def _print_leaks(leaks: "LeakReport") -> None:
    for name in leaks.columns:
        console.line(f"Warning: {name} may know the outcome: {', '.join(leaks.signs[name])}.")


def _print_evaluation(evaluation: "Evaluation") -> None:
    console.heading(
        f"On {count(len(evaluation.label), 'snapshot')} of {count(evaluation.n_accounts, 'account')} it had not seen, "
        "later than all it had"
    )
    level = f"{100 * evaluation.confidence:g}% interval"
    ours = [evaluation.estimate(metric) for metric in evaluation.metrics]
    console.table(
        [
            labels("figure", [_name(metric, evaluation.judged.top) for metric in evaluation.metrics]),
            Column(title="model", cells=[_figure(one.value) for one in ours], right=True),
            Column(
                title=level,
                cells=[
                    ABSENT if one.lower is None else f"{_figure(one.lower)} to {_figure(one.upper)}" for one in ours
                ],
                right=True,
                rank=1,
            ),
            *(_column(evaluation, name) for name in evaluation.models[1:]),
        ]
    )
    console.line()
    if evaluation.n_unjudged:
        console.line(f"{count(evaluation.n_unjudged, 'snapshot')} not judged: they lie before the periods of judging.")


def _column(evaluation: "Evaluation", name: str) -> Column:
    found = [evaluation.estimate(metric, name).figures[0] for metric in evaluation.metrics]
    return numbers(name, np.array(found), decimals=3)


def _figure(value: float | None) -> str:
    return ABSENT if value is None else f"{value:z.3f}"  # z: what rounds to 0 has no sign


def _name(metric: str, top: float) -> str:
    return f"{metric} of the best {top:.0%}" if metric in {"lift", "capture"} else metric.replace("_", " ")


def _print_decision(decision: "Decision") -> None:
    console.heading("PUBLISH: it clears every bar." if decision.publish else "REFUSE: a bar is not cleared.")
    for check in decision.checks:
        console.line(f"{check}.", indent=2)
    console.line()
