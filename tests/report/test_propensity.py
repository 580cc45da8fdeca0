import numpy as np
from attrs import evolve

from report.businesses import business_of
from report.pages import read
from servicelead.columns.table import ResultTable
from servicelead.columns.zones import Zone
from servicelead.propensity import ModelCard
from servicelead.report import render_report
from servicelead.report.propensity import likely_accounts, promise

CARD = ModelCard(
    model="ScoreCard",
    versions={},
    parameters={},
    features=(),
    training={
        "n_accounts": 70,
        "first_cutoff": "2025-01-01",
        "last_cutoff": "2025-12-01",
        "gap_days": 14.0,
        "horizon_days": 90.0,
    },
    metrics=(),
)


def ranking_of(n: int) -> ResultTable:
    """Return a ranking of n accounts, with names a page must escape and one reason missing."""
    reasons = np.array([f"seats: {100 - i} raises the score" for i in range(n)], dtype=object)
    second = np.array([None if i else "plan: <b>pro</b> lowers the score" for i in range(n)], dtype=object)
    return ResultTable(
        {
            "rank": np.arange(1, n + 1),
            "account_id": np.array([f"<i>a{i}" for i in range(n)], dtype=object),
            "cutoff": np.full(n, np.datetime64("2026-04-01", "us")),
            "probability": np.linspace(0.5, 0.1, n),
            "reason_1": reasons,
            "reason_2": second,
        }
    )


def test_the_likeliest_accounts_with_their_reasons() -> None:
    """Ten at most, in order, with the number that the probabilities of all promise."""
    found = likely_accounts(ranking_of(30), None, Zone("UTC"))
    assert found is not None
    assert (30, 10) == (found.n_accounts, len(found.accounts))
    assert round(found.n_expected, 9) == 9.0
    assert ("seats: 100 raises the score", "plan: <b>pro</b> lowers the score") == found.accounts[0].reasons
    assert ("seats: 99 raises the score",) == found.accounts[1].reasons


def test_the_answer_comes_first_and_names_are_text() -> None:
    """The page names the likeliest account and its reasons, escaped."""
    page = read(render_report(business_of(), ranking=ranking_of(3)))
    assert "Of 3 active accounts, about 1 is expected to buy more; <i>a0 is the likeliest, at 50.0%." in page.text
    assert "seats: 100 raises the score; plan: <b>pro</b> lowers the score" in page.text
    assert {"propensity", "def-active", "def-expansion", "def-probability", "def-typical"} <= set(page.values("id"))


def test_the_page_says_what_the_probabilities_are_of() -> None:
    """With the model's card there are the days that it foretells, gap and all, and what it was trained on."""
    page = read(render_report(business_of(), ranking=ranking_of(3), model_card=CARD))
    assert "about 1 is expected to buy more between 2026-04-15 and 2026-07-13; <i>a0" in page.text
    assert "by a model trained on 70 accounts at cutoffs from 2025-01-01 to 2025-12-01." in page.text


def test_several_cutoffs_have_no_days_in_common() -> None:
    """Nothing is said of days where the ranking's rows foretell different ones, or the card does not say."""
    cutoffs = np.array(["2026-04-01", "2026-05-01"], dtype="datetime64[us]")
    assert promise(CARD, cutoffs, Zone("UTC")) is None
    assert promise(evolve(CARD, training={}), cutoffs[:1], Zone("UTC")) is None
    assert promise(CARD, cutoffs[:1], Zone("UTC")) is not None


def test_without_a_ranking_there_is_no_section() -> None:
    """Nothing ranked, or nobody to rank, and nobody asks."""
    assert likely_accounts(ranking_of(0), None, Zone("UTC")) is None
    for ranking in (None, ranking_of(0)):
        assert 'id="propensity"' not in render_report(business_of(), ranking=ranking)
