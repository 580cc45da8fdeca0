from servicelead.propensity.snapshots.charges import charges
from tables.samples import at, business


def test_only_money_that_came_in_is_a_charge() -> None:
    """A refund is none, nor is a payment of nothing."""
    paid = [("p1", "a", "5"), ("p2", "a", "-5"), ("p3", "b", "0"), ("p4", "b", "0.01")]
    payments = [
        {"payment_id": name, "account_id": account, "paid_at": at(number), "amount": amount}
        for number, (name, account, amount) in enumerate(paid)
    ]
    given = business(payments=payments)
    payer, paid_at = charges(given)
    labels = given.accounts.vocabularies["account_id"].decode(payer).tolist()
    assert ["a", "b"] == labels
    assert 3 * 86_400_000_000 == paid_at[1] - paid_at[0]
