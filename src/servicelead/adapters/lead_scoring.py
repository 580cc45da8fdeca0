"""The ``[qualification]`` section of ``servicelead.toml``: what points leads get, and which of them are ready.

::

    [qualification]
    services_threshold = 15        # required, both: the least score of leads of services, and of all others
    marketing_threshold = 20
    require_need = true
    qualifying_levels = ["executive", "director"]
    levels = { executive = 1.5 }   # multipliers
    cap = 100

    [[qualification.engagement]]   # a rule by itself, or several under one cap
    name = "services"
    cap = 60
    rules = [
        { points = 20, channel = "field_visit", half_life_days = 60 },
        { points = 10, channel = "support_case", half_life_days = 30, cap = 25 },
    ]

    [[qualification.fit]]
    points = 10
    attribute = "seats"
    at_least = 10                  # and at_most; or values = ["software"]
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import reduce
from operator import and_
from typing import Any, TypeVar

from attrs import frozen

from servicelead.adapters.sections import Section
from servicelead.domain import Segment
from servicelead.exceptions import ConfigError, InvalidValueError
from servicelead.qualification import FitRule, PointsModel, QualificationPolicy, RuleGroup, TouchRule

__all__ = ["QualificationConfig", "qualification_config"]

_T = TypeVar("_T")
_POLICY = ("services_threshold", "marketing_threshold", "require_need")
_OF_TOUCHES = ("points", "team", "group", "channel", "half_life_days", "cap", "name")
_OF_FIT = ("points", "of", "attribute", "at_least", "at_most", "values", "name")
_NUMBER = (int, float)
_LONGEST = 36_525  # days: a century, well inside what instants can hold


@frozen(kw_only=True)
class QualificationConfig:
    """How leads are scored, and which of them qualify.

    Attributes
    ----------
    model
        Points for touches and fit.
    policy
        Thresholds, levels, and whether a services lead needs a need.
    """

    model: PointsModel
    policy: QualificationPolicy


def qualification_config(content: Any) -> QualificationConfig:
    """Return what the section states; a value it leaves out is the library's default.

    Raises
    ------
    ConfigError
        When a key is unknown or missing, or a value breaks its rule; the message names the part.
    """
    known = [*_POLICY, "qualifying_levels", "levels", "cap", "engagement", "fit"]
    section = Section("qualification", content, known)
    for name in _POLICY[:2]:
        _require(section, name, "the least score of such a lead, a number")
    engagement = [_group(part, _OF_TOUCHES, _touch_rule) for part in _parts(section, "engagement")]
    fit = [_group(part, _OF_FIT, _fit_rule) for part in _parts(section, "fit")]
    if not engagement and not fit:
        raise ConfigError(
            f"{section.title}: at least one rule that gives points is required; got none. Add one:\n"
            "[[qualification.engagement]]\npoints = 10",
            column="engagement",
        )
    multipliers: Mapping[str, float] = section.mapping(
        "levels", _NUMBER, "a number, by which the points of that level are multiplied"
    )
    model = _made(section, PointsModel, engagement=engagement, fit=fit, levels=multipliers, **_given(section, "cap"))
    chosen = _given(section, *_POLICY)
    if "qualifying_levels" in section.content:
        chosen["levels"] = section.get("qualifying_levels", list, "a list of organisational levels")
    return QualificationConfig(model=model, policy=_made(section, QualificationPolicy, **chosen))


def _parts(section: Section, key: str) -> Iterator[Section]:
    """Yield each entry of a list of rules and groups as a section of its own, counted from 1."""
    entries = section.get(key, list, f"a list; write [[{section.path}.{key}]] above each rule") or []
    for place, entry in enumerate(entries, 1):
        yield Section(f"{section.path}.{key} {place}", entry, None)


def _group(part: Section, known: tuple[str, ...], rule: Callable[[Section], Any]) -> Any:
    """Return an entry as a group where it has rules, else as a rule by itself."""
    if "rules" not in part.content:
        return rule(Section(part.path, part.content, known))
    group = Section(part.path, part.content, ("name", "rules", "cap"))
    rules = [rule(Section(each.path, each.content, known)) for each in _parts(group, "rules")]
    return _made(group, RuleGroup, name=group.require("name", "what the group is called"), rules=rules,
                 **_given(group, "cap"))  # fmt: skip


def _touch_rule(section: Section) -> TouchRule:
    _require(section, "points", "those of a fresh touch, a number")
    given = _given(section, "points", "team", "group", "channel", "cap", "name")
    days = section.get(
        "half_life_days", object, f"a number of days above 0, at most {_LONGEST:,}",
        lambda value: isinstance(value, _NUMBER) and 0 < value <= _LONGEST,
    )  # fmt: skip
    if isinstance(days, _NUMBER):
        given["half_life"] = timedelta(days=days)
    return _made(section, TouchRule, **given)


def _fit_rule(section: Section) -> FitRule:
    _require(section, "points", "those given while it holds, a number")
    attribute = section.require("attribute", "the attribute it is about")
    section.get("values", list, "a list of texts or numbers", _are_plain)
    makers = (("at_least", Segment.at_least), ("at_most", Segment.at_most), ("values", Segment.of))
    given = section.content
    stated: list[Segment] = [_made(section, make, attribute, given[key]) for key, make in makers if key in given]
    if not stated:
        raise ConfigError(
            f"{section.title}: must say what of {attribute} gives points; got neither at_least, at_most nor values. "
            "Add one of them",
            column="attribute",
        )
    return _made(section, FitRule, segment=reduce(and_, stated), **_given(section, "points", "of", "name"))


def _are_plain(values: list[Any]) -> bool:
    return all(isinstance(value, str | int | float) for value in values)


def _given(section: Section, *keys: str) -> dict[str, Any]:
    return {key: section.content[key] for key in keys if key in section.content}


def _require(section: Section, key: str, rule: str) -> None:
    if key not in section.content:
        raise ConfigError(f"{section.title}: {key} is required: {rule}; got none. Add {key} = 10", column=key)


def _made(section: Section, make: Callable[..., _T], *values: Any, **given: Any) -> _T:
    """Return what the library makes of values; where it refuses one, say in which section."""
    try:
        return make(*values, **given)
    except InvalidValueError as error:
        raise ConfigError(f"{section.title}: {error}") from None
