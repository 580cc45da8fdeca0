"""Turn the figures into one page of HTML, with every name escaped."""

from collections.abc import Mapping
from functools import lru_cache, partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from servicelead._files import replacing
from servicelead.attribution import Strategy
from servicelead.columns.table import ResultTable
from servicelead.domain import Team
from servicelead.exceptions import MissingDependencyError
from servicelead.plots.palette import NO_TEAM_COLOUR, TEAM_COLOURS
from servicelead.reference_points import reference_point
from servicelead.report import charts, timelines, words
from servicelead.report.model import make_report
from servicelead.report.propensity import likely_accounts
from servicelead.tables import Business, JourneyWindow

if TYPE_CHECKING:
    from jinja2 import Environment

    from servicelead.propensity import ModelCard

__all__ = ["render_report", "write_report"]

_TEMPLATES = Path(__file__).parent / "templates"


def render_report(
    business: Business,
    *,
    window: JourneyWindow | None = None,
    strategies: Mapping[str, Strategy] | None = None,
    ranking: ResultTable | None = None,
    model_card: "ModelCard | None" = None,
) -> str:
    """Return the report of a business as one self-contained page of HTML.

    The page answers, in this order: how much of the touching services do and how much of the revenue they are
    credited with; the five figures asked for first; which channels were credited; how far the models disagree; what
    the largest deals were credited to; when; where the tables say, whether unhappy touches went with lost deals, how
    much recurring revenue was kept, what leads services people bring, what becomes of leads and of promises to them,
    and what self-service saved; with a ranking, who is likely to buy more; and how good the data is. It needs no
    network and no scripts, follows the reader's light or dark setting, and prints. The same business gives the same
    page, byte for byte.

    Parameters
    ----------
    business
        The tables. Without touches, won deals or a currency the page says so.
    window
        How far back each deal reads; 90 days by default.
    strategies
        Name shown to strategy; the page's figures follow the first, the others are compared with it. By default
        position-based, first touch, last touch, linear, time decay over 7 days, W-shaped and full path.
    ranking
        What `servicelead.propensity.rank_accounts` returned of the accounts; without it nobody asks who will buy more.
    model_card
        Of the model that ranked them, such as `servicelead.propensity.read_model_card` returns: the page then says in
        which days they are expected to buy, and what the model was trained on.

    Returns
    -------
    str

    Raises
    ------
    InvalidValueError
        When `strategies` is empty or not a mapping.
    MissingDependencyError
        When jinja2 is not installed.

    Examples
    --------
    >>> from servicelead.datasets import simulate_business
    >>> page = render_report(simulate_business(n_accounts=50, seed=1).business)
    >>> page.startswith("<!doctype html>")
    True
    """
    template = _environment().get_template("report.html.jinja")
    report = make_report(business, window, strategies)
    amounts = words.Amounts(business.currency)
    usual_ratio = [reference_point(f"touch_ratio_{end}").value for end in ("low", "high")]
    return template.render(
        report=report,
        unit=amounts.unit,
        full=amounts.full,
        brief=amounts.brief,
        end=partial(amounts.upper_end, whole=report.won),
        rough=amounts.rough,
        percent=words.percent,
        short=words.short,
        tenth=words.tenth,
        colours={str(team): colour for team, colour in TEAM_COLOURS.items()} | {"none": NO_TEAM_COLOUR},
        team_bars=charts.bars(report.teams),
        channel_bars=charts.bars(report.channels),
        rule_strips=charts.strips(report.comparison.teams),
        services_by_rule=report.comparison.of_team(Team.SERVICES),
        deal_trails=[timelines.trail(deal) for deal in report.deals],
        month_columns=timelines.columns(report.months),
        usual_ratio=usual_ratio,
        usual_source=reference_point("touch_ratio_low").source,
        likely=likely_accounts(ranking, model_card, business.zone),
        funnel_bars=charts.portions(report.refinery.stages) if report.refinery else (),
        ratio_gauge=charts.gauge(report.touch_ratio, *usual_ratio),
    )


def write_report(
    business: Business,
    path: str | PathLike[str],
    *,
    window: JourneyWindow | None = None,
    strategies: Mapping[str, Strategy] | None = None,
    ranking: ResultTable | None = None,
    model_card: "ModelCard | None" = None,
) -> Path:
    """Write the report of a business to a file and return its path.

    The file is replaced in one step: after a crash the old page or the new one is there, whole. Its folder is made
    where it is missing.

    Parameters
    ----------
    business, window, strategies, ranking, model_card
        As for `render_report`.
    path
        The file, such as ``report.html``.

    Returns
    -------
    Path

    Raises
    ------
    InvalidValueError, MissingDependencyError
        As for `render_report`.
    OSError
        When the file cannot be written; an older one is left as it was.
    """
    target = Path(path)
    page = render_report(business, window=window, strategies=strategies, ranking=ranking, model_card=model_card)
    # What UTF-8 cannot hold (half a surrogate pair in a name) becomes a reference that browsers show as unknown.
    with replacing(target, errors="xmlcharrefreplace") as stream:
        stream.write(page)
    return target


@lru_cache(maxsize=1)
def _environment() -> "Environment":
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - loaded on first use
    except ImportError:
        raise MissingDependencyError(
            "servicelead.report fills in its page with jinja2, which is not installed; "
            'install it with: pip install "servicelead[cli]"'
        ) from None
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "breakable": words.breakable,
        "count": words.count,
        "of": words.number_of,
        "percent": words.percent,
        "ratio": words.ratio,
    }
    return environment
