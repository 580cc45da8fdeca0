"""What other systems call our columns: suggested where one is missing, never taken silently."""

from types import MappingProxyType

__all__ = ["OWN_ID", "TRADE_NAMES"]

#: What a system calls the identifier of a row in the row's own table.
OWN_ID = ("id", "record id", "sys id", "external id")

#: For each canonical column the names that CRM, help desk and billing systems give it, in any table. Upper case,
#: blanks, marks and what stands in brackets do not matter.
TRADE_NAMES = MappingProxyType(
    {
        "account_id": (
            "account",
            "company id",
            "company",
            "customer id",
            "customer",
            "organization id",
            "organisation",
        ),
        "activity": ("activity type", "type"),
        "amount": ("deal value", "deal amount", "opportunity amount", "value", "total", "amount paid", "actual cost"),
        "case_id": ("ticket id", "ticket", "case number", "incident"),
        "campaign": ("campaign id", "campaign name", "utm campaign"),
        "channel": ("activity type", "lead source", "task subtype", "source", "type", "via", "origin"),
        "closed_at": ("close date", "closed date", "actual close date", "solved at", "resolved at", "ended at"),
        "contact_id": ("contact", "who id", "requester id"),
        "created_at": ("created date", "create date", "created", "created on", "sys created on", "date created"),
        "currency": ("currency iso code", "currency code"),
        "ended_at": ("end date", "cancelled at", "canceled at", "expires at"),
        "entered_at": ("date entered", "created date"),
        "group": ("assignment group", "hubspot team", "queue"),
        "kind": ("type", "deal type", "opportunity type"),
        "lead_id": ("lead", "who id"),
        "merged_into": ("master record id", "merged id"),
        "occurred_at": ("activity date", "completed date time", "start date time", "timestamp", "date", "event time"),
        "opened_at": ("created date", "created at", "create date"),
        "opportunity_id": ("deal id", "deal", "opportunity", "what id"),
        "outcome": ("stage", "stage name", "deal stage", "status", "is won"),
        "owner": ("owner id", "owner name", "deal owner", "hubspot owner id", "assignee id"),
        "paid_at": ("payment date", "paid on", "invoice date"),
        "rate": ("exchange rate", "conversion rate"),
        "sentiment": ("satisfaction", "satisfaction score", "satisfaction rating", "csat", "score", "rating"),
        "severity": ("priority", "urgency"),
        "stage": ("status", "lifecycle stage", "stage name"),
        "started_at": ("start date", "activated at"),
        "subscription_id": ("subscription", "contract id"),
        "team": ("owner role", "role", "department"),
        "touchpoint_id": ("activity id", "task id", "event id", "engagement id", "ticket id", "case id"),
    }
)
