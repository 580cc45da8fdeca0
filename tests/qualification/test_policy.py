from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget import examples
from qualification.lead_worlds import model, world
from servicelead.exceptions import InvalidValueError
from servicelead.qualification import PointsModel, QualificationPolicy, QualifiedLeads, TouchRule
from tables.samples import at, business, lead, touch

POLICY = QualificationPolicy(services_threshold=20, marketing_threshold=30)


def qualified(policy: QualificationPolicy = POLICY, **n_touches: int) -> QualifiedLeads:
    """Return the leads of four kinds with so many touches of 10 points each."""
    leads = [
        lead("needed", need="training"),
        lead("plain", need=None),
        lead("campaign", team="marketing", org_level="executive"),
        lead("seller", team="sales"),
    ]
    touches = [touch(f"{name}-{i}", lead_id=name, day=i) for name, number in n_touches.items() for i in range(number)]
    given_ = business(leads=leads, touchpoints=touches)
    return policy.qualify(PointsModel(engagement=[TouchRule(points=10)]).score(given_))


def names(result: QualifiedLeads, column: str) -> list[str]:
    """Return the leads of which a column holds."""
    return sorted(result.scores.lead_id[getattr(result, column)].tolist())


def test_services_leads_need_a_need_and_others_do_not() -> None:
    """At 20 for services and 30 for everybody else; both sides of the need rule are shown."""
    result = qualified(needed=2, plain=2, campaign=3, seller=2)
    assert ["needed"] == names(result, "services_qualified")
    assert ["campaign"] == names(result, "marketing_qualified")
    assert (["needed"], ["needed", "plain"]) == (
        names(result, "services_qualified_with_need"),
        names(result, "services_qualified_any_need"),
    )


def test_the_need_rule_is_a_choice_and_reported_either_way() -> None:
    """Without it both services leads qualify; what the rule would leave is shown all the same."""
    result = qualified(QualificationPolicy(services_threshold=20, marketing_threshold=30, require_need=False), plain=2)
    assert (["plain"], []) == (names(result, "services_qualified"), names(result, "services_qualified_with_need"))


def test_levels_may_be_too_low_to_qualify() -> None:
    """Only executives here; the score alone does not do."""
    policy = QualificationPolicy(services_threshold=0, marketing_threshold=0, levels=["executive"])
    result = qualified(policy, seller=9)
    assert (["campaign"], []) == (names(result, "marketing_qualified"), names(result, "services_qualified"))


def test_the_first_crossing_is_of_each_leads_own_threshold() -> None:
    """The second touch of a services lead, the third of another."""
    result = qualified(needed=3, campaign=3, seller=1)
    row = {r["lead_id"]: r for r in result.table.rows()}
    assert [at(1)[:10], at(2)[:10]] == [str(row[name]["first_crossing"])[:10] for name in ("needed", "campaign")]
    assert row["seller"]["first_crossing"] is None
    assert ("services", "unknown", 30.0, 20.0, True) == tuple(
        row["needed"][name] for name in ("team", "org_level", "score", "threshold", "has_need")
    )


def test_teams_side_by_side() -> None:
    """Leads, those over the threshold, those qualified, and both sides of the need rule, per team that has leads."""
    result = qualified(needed=2, plain=2, campaign=3, seller=2)
    expected = {"services": (2, 2, 1, 1, 2), "marketing": (1, 1, 1, 1, 1), "sales": (1, 0, 0, 0, 0)}
    assert expected == {row["team"]: tuple(row.values())[1:] for row in result.by_team.rows()}


def test_it_is_a_table() -> None:
    """It prints, and says how many are ready."""
    result = qualified(needed=2)
    assert "QualifiedLeads: 1 of 4" in repr(result)
    assert "needed" in str(result)
    assert "<table>" in result._repr_html_()
    assert result.table.rows() == result.rows()


@settings(max_examples=examples(20))
@given(seed=st.integers(0, 10_000), low=st.integers(0, 20), step=st.integers(0, 10))
def test_a_higher_threshold_qualifies_nobody_new(seed: int, low: int, step: int) -> None:
    """Qualified leads only become fewer, whoever qualifies has crossed, and the need rule only takes away."""
    scores = model(seed).score(world(seed, 8).business)
    before = QualificationPolicy(services_threshold=low, marketing_threshold=low).qualify(scores)
    after = QualificationPolicy(services_threshold=low + step, marketing_threshold=low + step).qualify(scores)
    for name in ("marketing_qualified", "services_qualified", "reached"):
        assert not (getattr(after, name) & ~getattr(before, name)).any()
    assert not (before.reached & np.isnat(before.first_crossing)).any()
    assert not (before.services_qualified_with_need & ~before.services_qualified_any_need).any()


@pytest.mark.parametrize(
    "make",
    [
        lambda: QualificationPolicy(services_threshold=float("nan"), marketing_threshold=1),
        lambda: QualificationPolicy(services_threshold=1, marketing_threshold=1, levels=[]),
        lambda: QualificationPolicy(services_threshold=1, marketing_threshold=1, levels=["boss"]),
        lambda: QualificationPolicy(services_threshold=1, marketing_threshold=1, levels="executive"),
        lambda: QualificationPolicy(services_threshold=1, marketing_threshold=1, require_need=1),  # type: ignore[arg-type]  # untyped code
    ],
)
def test_policies_that_say_nothing_are_refused(make: Callable[[], Any]) -> None:
    """Each bad field is an error that names it."""
    with pytest.raises(InvalidValueError, match=r"^QualificationPolicy\.\w+ must be"):
        make()


def test_a_lead_is_open_until_somebody_decides_on_it() -> None:
    """What leads say of their stage holds now, the last entry at an earlier moment; unknown and recycled are open."""
    history = [
        {"lead_id": "back", "stage": "rejected", "entered_at": at(1)},
        {"lead_id": "back", "stage": "recycled", "entered_at": at(3)},
        {"lead_id": "taken", "stage": "working", "entered_at": at(1)},
        {"lead_id": "taken", "stage": "accepted", "entered_at": at(3)},
    ]
    tables = business(leads=[lead("back"), lead("said", stage="won"), lead("taken"), lead("x")], stage_history=history)
    points = PointsModel(engagement=[TouchRule(points=10)])
    now, then = (POLICY.qualify(points.score(tables, moment)) for moment in (None, at(2)))
    assert ["recycled", "won", "accepted", None] == now.stage.tolist() == now.table["stage"].tolist()
    assert ["back", "x"] == names(now, "is_open")
    assert ["rejected", None, "working", None] == then.stage.tolist()
    assert ["said", "taken", "x"] == names(then, "is_open")
