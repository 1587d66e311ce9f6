"""What to do about an alert: a sentence for each cause that the paper knows.

A cause may end in an id, `stripe.dispute:dp_1`; the part before the colon finds its sentence.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

ADVICE: dict[str, str | Promise] = {
    "access.limit": _(
        "Somebody asks for links on behalf of many addresses. Supporters get theirs again when it "
        "stops; nothing of theirs was shown."
    ),
    "checkout.limit": _(
        "Look at the newest payments in Stripe’s dashboard. Many small, declined ones mean stolen "
        "cards: pause new support until it is over."
    ),
    "checkout.proxy": _("Ask whoever runs the server to set BEHIND_PROXY."),
    "checkout.unpaid": _(
        "Look at the newest payments in Stripe’s dashboard. Many small, declined ones mean stolen "
        "cards: pause new support until it is over."
    ),
    "ledger.adjusted": _(
        "Compare the payment in Stripe’s dashboard with its entries in the ledger, and tell your "
        "accountant: a month that was exported already may have changed."
    ),
    "ledger.below_zero": _(
        "Open the payment in Stripe’s dashboard. A refund and a dispute of the same money happen "
        "together when both were started: the refund counts as evidence in the dispute."
    ),
    "letters.address": _(
        "Look the address up in Stripe’s dashboard. When it is a slip of the pen, write to the "
        "supporter yourself."
    ),
    "payments.none": _(
        "Give a small amount yourself. If that works, it is chance; if not, look at Stripe’s "
        "status page and at the events here that failed."
    ),
    "payments.read_only": _(
        "On a copy of the paper, use a test key of Stripe’s. When the paper has moved for good, ask "
        "whoever runs the server to run “manage.py pin_site_url”."
    ),
    "payments.twice": _(
        "Wait for the supporter’s answer. Without one, leave the money where it is; when they "
        "meant it once, refund one payment in Stripe’s dashboard."
    ),
    "reconciliation.differences": _(
        "Open the reconciliation: it names each of them. A few after trouble with the server or "
        "with Stripe are no wonder; some every night mean that events do not arrive."
    ),
    "reconciliation.unfinished": _(
        "Ask whoever runs the server to run “manage.py reconcile_stripe” and to read what it says."
    ),
    "reconciliation.unknown_to_stripe": _(
        "Ask whoever runs the server whether the key is of the right Stripe account, before "
        "anything is written off."
    ),
    "reminders.failed": _(
        "Ask whoever runs the server to look at the log. Nobody else is held up."
    ),
    "reminders.too_many": _(
        "Look whether a story was shared widely. If not, somebody leaves addresses of others: the "
        "limits hold, and it stops by itself."
    ),
    "stripe.address": _(
        "Ask the supporter, at the address here, whether they changed it. Then delete nothing: "
        "their next receipt shows whether it was right."
    ),
    "stripe.api_version": _(
        "In Stripe’s dashboard, set the version of the webhook endpoint to the one that we read. "
        "Until then, events are applied all the same."
    ),
    "stripe.clock_skew": _("Ask whoever runs the server to switch time synchronisation on."),
    "stripe.dispute": _(
        "Answer in Stripe’s dashboard before its deadline, or accept it. What is decided arrives "
        "in the ledger by itself."
    ),
    "stripe.endpoint_elsewhere": _(
        "In Stripe’s dashboard, look at the webhook endpoints. A test paper belongs in test mode; "
        "an address that the paper has left can be deleted."
    ),
    "stripe.endpoint_missing": _(
        "In Stripe’s dashboard, add the webhook endpoint, and give its secret to whoever runs the "
        "server."
    ),
    "stripe.endpoint_twice": _(
        "In Stripe’s dashboard, delete all but one of the webhook endpoints with this address; "
        "keep the one whose secret the server has."
    ),
    "stripe.event_failed": _(
        "Open the event: its reason says what went wrong. When that is mended, apply it again."
    ),
    "stripe.fraud_warning": _(
        "Refund the payment in Stripe’s dashboard now: it costs less than the dispute that "
        "usually follows."
    ),
    "stripe.intent_missing": _(
        "Nothing is lost: the payment is booked. When it happens often, the database was restored "
        "from an old backup: reconcile with Stripe."
    ),
    "stripe.other_amount": _(
        "Open the payment in Stripe’s dashboard. The ledger is right; somebody changed the amount "
        "or the currency on the way."
    ),
    "stripe.portal": _(
        "In Stripe’s dashboard, look at the settings of the customer portal, then open the "
        "supporter’s page again."
    ),
    "stripe.refused": _(
        "Open the support page and try to give. The message has Stripe’s own words: often a key "
        "was revoked or the account needs papers."
    ),
    "stripe.twice": _(
        "In Stripe’s dashboard, look at the webhook endpoints: delete those but one that have the "
        "paper’s address. Nothing was booked twice."
    ),
    "stripe.wrong_mode": _(
        "In Stripe’s dashboard, look which endpoint has the paper’s address: one in test mode "
        "belongs to a test paper, not to this one."
    ),
    "supporters.address": _(
        "Look the payment up in Stripe’s dashboard, and thank the supporter another way if you can."
    ),
}


def what_to_do(cause: str) -> str:
    advice = ADVICE.get(cause.partition(":")[0])
    return str(advice) if advice else gettext("Read the message, see to it, then close the alert.")
