from datetime import date
from typing import Any

import numpy as np
import pytest

import servicelead as sl
from servicelead.exceptions import InvalidValueError, UnknownNameError
from servicelead.refinery import best_customers
from servicelead.refinery.contrasts import contrasts
from servicelead.refinery.levels import levels_of
from tables.samples import at, business, deal

Row = dict[str, Any]


def customers(n: int = 200, **more: Any) -> sl.Business:
    """Return customers of two industries, of which banks buy more and complain less; seats mean nothing."""
    rng = np.random.default_rng(5)
    accounts, deals, cases = [], [], []
    for i in range(n):
        bank = i % 2 == 0
        name = f"a{i}"
        accounts.append({"account_id": name, "industry": "bank" if bank else "shop", "seats": int(rng.integers(1, 99))})
        amount = str(1000 + int(rng.integers(0, 999)) + 500 * bank)
        deals.append(deal(f"d{i}", name, day=float(rng.integers(1, 100)), amount=amount))
        cases += [
            {"case_id": f"c{i}-{j}", "account_id": name, "opened_at": at(20)}
            for j in range(int(rng.integers(0, 3)) + 2 * (not bank))
        ]
    return business(accounts=accounts, opportunities=deals, cases=cases, **more)


def test_what_makes_the_difference_is_found_and_what_does_not_is_not() -> None:
    """Banks are more common among the best, shops less; seats show nothing; the tree begins with the industry."""
    found = best_customers(customers(), attributes=["industry", "seats"])
    verdicts = {(row["attribute"], row["level"]): row["verdict"] for row in found.contrasts.rows()}
    assert "more common among the best" == verdicts[("industry", "bank")]
    assert "less common among the best" == verdicts[("industry", "shop")]
    assert {"not shown"} == {verdict for (name, _), verdict in verdicts.items() if name == "seats"}
    assert "industry is bank" in found.profiles["profile"][0] or "industry is not shop" in found.profiles["profile"][0]
    assert any(sentence.startswith("industry bank is more common") for sentence in found.sentences)
    assert str(found).startswith(f"{found.n_best} best and {found.n_worst} worst of 200 accounts")


def test_every_level_adds_up_to_the_group() -> None:
    """The levels of an attribute are every account once, and the leaves every account of the half that counts."""
    found = best_customers(customers(), attributes=["industry", "seats"])
    for name in ("industry", "seats"):
        of_it = found.contrasts["attribute"] == name
        assert found.n_best == found.contrasts["n_best"][of_it].sum()
        assert found.n_worst == found.contrasts["n_worst"][of_it].sum()
    half = (found.n_best + found.n_worst) - (found.n_best + found.n_worst) // 2
    assert half == found.profiles["n_accounts"].sum()


def test_ties_at_the_edge_fall_together() -> None:
    """Where all accounts are alike there is neither best nor worst, and that is said."""
    alike = [{"account_id": f"a{i}", "industry": "bank"} for i in range(100)]
    with pytest.raises(InvalidValueError, match="at least 20 accounts on either side"):
        best_customers(business(accounts=alike), attributes=["industry"])


def test_since_looks_at_what_was_known_then() -> None:
    """An attribute that changed later is read as it was, and an account that came later is left out."""
    old = customers()
    accounts = [
        {"account_id": f"a{i}", "industry": "bank" if i % 2 == 0 else "shop", "created_at": at(-9 if i < 160 else 30)}
        for i in range(200)
    ]
    history = [
        {"account_id": f"a{i}", "valid_from": at(day), "mood": m}
        for i in range(200)
        for day, m in ((-5, "calm"), (9, "hot"))
    ]
    deals = [deal(f"d{i}", f"a{i}", day=20, amount=str(100 + i + 900 * (i % 2))) for i in range(200)]
    given = business(accounts=accounts, account_history=history, opportunities=deals)
    found = best_customers(given, attributes=["mood"], since=date(2026, 1, 5))
    assert (160, ["calm"]) == (found.n_accounts, found.contrasts["level"].tolist())
    assert 200 == best_customers(old, attributes=["industry"]).n_accounts


def test_recurring_value_is_what_runs_at_the_end() -> None:
    """A subscription that ended counts nothing."""
    names = [f"a{i}" for i in range(100)]
    accounts = [{"account_id": name, "industry": "bank" if i < 50 else "shop"} for i, name in enumerate(names)]
    subscriptions = [
        {
            "subscription_id": name, "account_id": name, "started_at": "2026-01-01", "amount": "10", "period": "month",
            "ended_at": None if i < 50 else "2026-02-01",
        }
        for i, name in enumerate(names)
    ]  # fmt: skip
    given = business(accounts=accounts, subscriptions=subscriptions)
    found = best_customers(given, attributes=["industry"], value="recurring")
    assert {"bank": 50, "shop": 0} == {row["level"]: row["n_best"] for row in found.contrasts.rows()}
    assert (50, 50) == (found.n_best, found.n_worst)


def test_two_levels_are_one_comparison() -> None:
    """A label and its only alternative are judged at 1 - alpha, three labels at 1 - alpha / 3 each."""
    is_best = np.arange(100) < 50
    two = np.array(["x", "y"], dtype=object)[(np.arange(100) + is_best * (np.arange(100) % 3 == 0)) % 2]
    none = np.zeros(100, dtype=bool)
    alone = contrasts({"a": (two, none)}, is_best, alpha=0.05, backend=None).row(level="x")
    beside = contrasts({"a": (two, none), "b": (two, none)}, is_best, alpha=0.1, backend=None).row(
        level="x", attribute="b"
    )
    assert (alone["lower"], alone["upper"]) == (beside["lower"], beside["upper"])


def test_what_none_of_the_worst_have_is_infinitely_more_common() -> None:
    """The lift is infinite, and its lower bound the inverse of the upper bound the other way round."""
    is_best, label = np.arange(100) < 50, np.array(["x"] * 30 + ["y"] * 70, dtype=object)
    found = contrasts({"a": (label, np.zeros(100, dtype=bool))}, is_best, alpha=0.05, backend=None).row(level="x")
    assert ("more common among the best", np.inf, np.inf) == tuple(found[name] for name in ("verdict", "lift", "upper"))
    other_way = contrasts({"a": (label, np.zeros(100, dtype=bool))}, ~is_best, alpha=0.05, backend=None)
    assert 1 / found["lower"] == pytest.approx(other_way.row(level="x")["upper"])


def test_levels_of_repeated_numbers() -> None:
    """One number is one level, and rows without any are a level of their own."""
    nothing = np.zeros(3, dtype=bool)
    assert ["any"] == [name for name, _ in levels_of(np.ones(3), nothing)]
    assert ["(unknown)"] == [name for name, _ in levels_of(np.full(3, np.nan), ~nothing)]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"attributes": []}, InvalidValueError),
        ({"attributes": ["mood"]}, UnknownNameError),
        ({"share": 0.5}, InvalidValueError),
        ({"alpha": 0}, InvalidValueError),
        ({"value": "profit"}, InvalidValueError),
        ({"since": "2026-01-01"}, InvalidValueError),
    ],
)
def test_bad_arguments(options: Row, error: type[Exception]) -> None:
    """Each is refused by a typed error."""
    given: Row = {"attributes": ["industry"]} | options
    with pytest.raises(error):
        best_customers(customers(100), **given)
