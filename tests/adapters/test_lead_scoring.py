"""The section of points and thresholds: what it means, and what it says when it means nothing."""

import tomllib
from datetime import timedelta

import pytest

from servicelead.adapters import Config
from servicelead.domain import Segment
from servicelead.exceptions import ConfigError
from servicelead.qualification import FitRule, PointsModel, QualificationPolicy, RuleGroup, TouchRule

FULL = """
as_of = 2026-06-30

[qualification]
services_threshold = 15
marketing_threshold = 20.5
require_need = false
qualifying_levels = ["executive", "director"]
levels = { executive = 1.5 }
cap = 100

[[qualification.engagement]]
name = "services"
cap = 60
rules = [
    { points = 20, channel = "field_visit", half_life_days = 1.5 },
    { points = 10, team = "services", group = "support", channel = "support_case", cap = 25, name = "cases" },
]

[[qualification.engagement]]
points = -5
team = "marketing"

[[qualification.fit]]
points = 10
attribute = "seats"
at_least = 10
at_most = 50

[[qualification.fit]]
points = 7
of = "lead"
attribute = "channel"
values = ["training"]
name = "trained"
"""
LITTLE = "as_of = 2026-06-30\n[qualification]\nservices_threshold = 1\nmarketing_threshold = 2\n"
RULE = "[[qualification.engagement]]\npoints = 1\n"
FIT = '[[qualification.fit]]\npoints = 1\nattribute = "seats"\n'


def parse(text: str) -> Config:
    """Return the configuration of a document."""
    return Config.from_mapping(tomllib.loads(text))


def test_everything_is_read() -> None:
    """A full section is the model and the policy that one would write in Python."""
    found = parse(FULL).qualification
    assert found is not None
    assert found.model == PointsModel(
        engagement=[
            RuleGroup(
                name="services",
                cap=60,
                rules=[
                    TouchRule(points=20, channel="field_visit", half_life=timedelta(days=1.5)),
                    TouchRule(
                        points=10, team="services", group="support", channel="support_case", cap=25, name="cases"
                    ),
                ],
            ),
            TouchRule(points=-5, team="marketing"),
        ],
        fit=[
            FitRule(points=10, segment=Segment.at_least("seats", 10) & Segment.at_most("seats", 50)),
            FitRule(points=7, of="lead", segment=Segment.of("channel", ["training"]), name="trained"),
        ],
        levels={"executive": 1.5},
        cap=100,
    )
    assert found.policy == QualificationPolicy(
        services_threshold=15, marketing_threshold=20.5, require_need=False, levels=["executive", "director"]
    )


def test_little_is_needed() -> None:
    """Two thresholds and one rule are enough; what is left out is the library's default."""
    found = parse(LITTLE + RULE).qualification
    assert found is not None
    assert found.model == PointsModel(engagement=[TouchRule(points=1)])
    assert found.policy == QualificationPolicy(services_threshold=1, marketing_threshold=2)


def test_nothing_is_assumed() -> None:
    """Without the section there is neither model nor policy."""
    assert parse("as_of = 2026-06-30").qualification is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LITTLE, ["[qualification]: at least one rule", "[[qualification.engagement]]\npoints = 10"]),
        (LITTLE.replace("services_threshold = 1\n", "") + RULE, ["services_threshold is required"]),
        (LITTLE.replace("= 2\n", '= "2"\n') + RULE, ["QualificationPolicy.marketing_threshold", "finite number"]),
        (LITTLE + "threshold = 3\n" + RULE, ["unknown key 'threshold'", "did you mean"]),
        (LITTLE + 'require_need = "no"\n' + RULE, ["require_need must be True or False"]),
        (LITTLE + 'qualifying_levels = "boss"\n' + RULE, ["qualifying_levels must be a list"]),
        (LITTLE + "qualifying_levels = [[]]\n" + RULE, ["QualificationPolicy.levels must be at least one of"]),
        (LITTLE + "levels = { boss = 2 }\n" + RULE, ["PointsModel.levels", "executive, director"]),
        (LITTLE + 'levels = { director = "2" }\n' + RULE, ["[qualification.levels]: director must be a number"]),
        (LITTLE + "[qualification.engagement]\npoints = 1", ["write [[qualification.engagement]] above each rule"]),
        (LITTLE + "engagement = [1]\n", ["[qualification.engagement 1]: must be a table"]),
        (LITTLE + RULE + '[[qualification.engagement]]\nteam = "sales"', ["[qualification.engagement 2]: points is"]),
        (LITTLE + RULE + 'team = "servces"', ["TouchRule.team must be one of marketing, sales, services"]),
        (LITTLE + RULE + "half_life = 3", ["unknown key 'half_life'", "did you mean 'half_life_days'"]),
        (LITTLE + RULE + "half_life_days = 0", ["half_life_days must be a number of days above 0, at most 36,525"]),
        (LITTLE + RULE + "half_life_days = true", ["half_life_days must be"]),
        (LITTLE + RULE + "half_life_days = nan", ["half_life_days must be"]),
        (LITTLE + '[[qualification.engagement]]\nname = "g"\nrules = []', ["RuleGroup.rules", "at least one"]),
        (LITTLE + "[[qualification.engagement]]\nrules = [{ points = 1 }]", ["name is required"]),
        (LITTLE + '[[qualification.engagement]]\nname = "g"\nrules = [{}]', ["engagement 1.rules 1]: points is"]),
        (LITTLE + FIT, ["[qualification.fit 1]: must say what of seats gives points", "at_least, at_most nor values"]),
        (LITTLE + FIT + 'at_least = "many"', ["[qualification.fit 1]: Interval.lower must be a finite number"]),
        (LITTLE + FIT + "values = 5", ["values must be a list of texts or numbers"]),
        (LITTLE + FIT + "values = [[1]]", ["values must be a list of texts or numbers"]),
        (LITTLE + FIT + 'at_least = 1\nof = "deal"', ["FitRule.of must be one of account, lead"]),
        (LITTLE + FIT.replace('attribute = "seats"\n', ""), ["attribute is required"]),
        (LITTLE + RULE + RULE, ["of distinct names", "'any touch' twice"]),
        ("as_of = 2026-06-30\nqualification = 5", ["[qualification]: must be a table of keys; got a number"]),
    ],
)
def test_what_cannot_be_done_is_refused(text: str, words: list[str]) -> None:
    """Every error names the file, the part and the rule."""
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert [] == [word for word in ["servicelead.toml", *words] if word not in str(caught.value)]
