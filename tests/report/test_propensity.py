import numpy as np

from report.businesses import business_of
from report.pages import read
from servicelead.columns.table import ResultTable
from servicelead.report import render_report
from servicelead.report.propensity import likely_accounts


def ranking_of(n: int) -> ResultTable:
    """Return a ranking of n accounts, with names a page must escape and one reason missing."""
    reasons = np.array([f"seats: {100 - i} raises the score" for i in range(n)], dtype=object)
    second = np.array([None if i else "plan: <b>pro</b> lowers the score" for i in range(n)], dtype=object)
    return ResultTable(
        {
            "rank": np.arange(1, n + 1),
            "account_id": np.array([f"<i>a{i}" for i in range(n)], dtype=object),
            "probability": np.linspace(0.5, 0.1, n),
            "reason_1": reasons,
            "reason_2": second,
        }
    )


def test_the_likeliest_accounts_with_their_reasons() -> None:
    """Ten at most, in order, with the number that the probabilities of all promise."""
    found = likely_accounts(ranking_of(30))
    assert found is not None
    assert (30, 10) == (found.n_accounts, len(found.accounts))
    assert round(found.n_expected, 9) == 9.0
    assert ("seats: 100 raises the score", "plan: <b>pro</b> lowers the score") == found.accounts[0].reasons
    assert ("seats: 99 raises the score",) == found.accounts[1].reasons


def test_the_answer_comes_first_and_names_are_text() -> None:
    """The page names the likeliest account and its reasons, escaped."""
    page = read(render_report(business_of(), ranking=ranking_of(3)))
    assert (
        "Of 3 active accounts, about 1 will buy more by the model's probabilities; <i>a0 is the likeliest, at 50.0%."
        in page.text
    )
    assert "seats: 100 raises the score; plan: <b>pro</b> lowers the score" in page.text
    assert "propensity" in page.values("id")


def test_without_a_ranking_there_is_no_section() -> None:
    """Nothing ranked, or nobody to rank, and nobody asks."""
    assert likely_accounts(ranking_of(0)) is None
    for ranking in (None, ranking_of(0)):
        assert 'id="propensity"' not in render_report(business_of(), ranking=ranking)
