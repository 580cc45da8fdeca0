from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Said

Say = Callable[..., Said]

TOUCHES = "touchpoint_id,account_id,occurred_at,team,channel\nt,a,2024-01-01,sales,call\n"
DEALS = "opportunity_id,account_id,created_at,closed_at,outcome\n"


@pytest.mark.parametrize("command", ["attribute", "report"])
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"touchpoints": TOUCHES}, "there is no opportunities table"),
        (
            {"touchpoints": TOUCHES, "opportunities": DEALS + "o,a,2024-01-01,2024-01-02,lost\np,a,2024-01-01,,open\n"},
            "no won deals among 2 opportunities.",
        ),
        (
            {"touchpoints": TOUCHES, "opportunities": DEALS + "o,a,2024-01-01,,open\np,a,2024-01-01,,odd\n"},
            "no won deals among 1 opportunity; 1 more left out, servicelead validate says why.",
        ),
        ({"touchpoints": TOUCHES, "opportunities": DEALS}, "no won deals among 0 opportunities."),
        (
            {"touchpoints": TOUCHES, "opportunities": DEALS + "o,a,2024-01-01,2024-01-02,Closed Won\n"},
            "every row of opportunities was rejected; servicelead validate says why.",
        ),
        (
            {"touchpoints": TOUCHES.replace("2024-01-01", "never"), "opportunities": DEALS},
            "every row of touchpoints was rejected; servicelead validate says why.",
        ),
        ({"opportunities": DEALS + "o,a,2024-01-01,2024-01-02,won\n"}, "there is no touchpoints table"),
    ],
)
def test_no_credit_is_said_aloud(files: dict[str, str], expected: str, command: str, say: Say, tmp_path: Path) -> None:
    """Where nothing can be credited, a line before the figures says why; that is no error."""
    (tmp_path / "servicelead.toml").write_text("as_of = 2024-12-31\n")
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    said = say(command, tmp_path, *(["--out", tmp_path / "report.html"] if command == "report" else []))
    assert 0 == said.code
    before = said.words.partition("Credit by" if command == "attribute" else "Five figures")[0]
    assert f"NOTHING TO CREDIT: {expected}" in before
