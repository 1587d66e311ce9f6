"""Our books and Stripe's: whatever differs is found, named and repaired, and nobody is written to."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils.timezone import now

from donations.models import (
    DifferentThing,
    EntryKind,
    Frequency,
    IntentState,
    LedgerEntry,
    Reconciliation,
    Subscription,
    Supporter,
    SupportIntent,
)
from newsroom.models import Alert
from tests.conftest import RunJobs
from tests.donations.conftest import Stripe, Tell
from tests.donations.factories import LedgerEntryFactory, SubscriptionFactory
from tests.donations.reconciling import (
    a_year,
    assert_equal_now,
    differences,
    forget,
    live_through,
    mail_to_supporters,
    ours,
    reconcile,
    the_difference,
    told,
)

pytestmark = pytest.mark.django_db

CUSTOMER, SUBSCRIPTION, PAYMENT, REFUND, DISPUTE = DifferentThing


def test_what_the_events_told_is_equal(stripe_side: Stripe, tell: Tell, run_jobs: RunJobs) -> None:
    with a_year(stripe_side) as year:
        live_through(year, hear=lambda: told(stripe_side, tell, run_jobs))
        assert_equal_now()
        run = Reconciliation.objects.get()
    assert run.finished_at is not None and not run.differences.exists()
    assert run.compared > 30


def test_an_emptied_database_is_rebuilt_to_the_cent(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with a_year(stripe_side) as year:
        live_through(year, hear=lambda: told(stripe_side, tell, run_jobs))
        before = ours()
        forget()
        found = reconcile()
        assert found.endswith("exit status 0"), found
        assert ours() == before
        assert len(before["ledger"]) > 25
        assert mail_to_supporters() == []
        assert_equal_now()


def test_a_dry_run_lists_the_same_and_writes_nothing(stripe_side: Stripe) -> None:
    with a_year(stripe_side) as year:
        live_through(year)
        SupportIntent.objects.all().delete()
        looked = reconcile("--dry-run")
        assert looked.endswith("exit status 1")
        assert "Nothing was repaired." in looked
        assert not LedgerEntry.objects.exists()
        assert not Supporter.objects.exists() and not Subscription.objects.exists()
        assert not Alert.objects.exists() and mail_to_supporters() == []
        seen = set(
            Reconciliation.objects.get().differences.values_list("thing", "stripe_id", "what")
        )
        reconcile()
        repaired = Reconciliation.objects.latest("pk").differences
        assert set(repaired.values_list("thing", "stripe_id", "what")) == seen
        assert not repaired.filter(repaired_at=None).exists()


def test_each_difference_is_a_line_to_read(stripe_side: Stripe) -> None:
    with a_year(stripe_side) as year:
        known = live_through(year)
        lines = reconcile().splitlines()
    assert (
        f"subscription {known['paused']}: missing here, at Stripe active, 7 USD: repaired" in lines
    )
    assert f"payment {known['once']}: missing here, at Stripe 20 USD: repaired" in lines
    assert f"refund {known['refund']}: missing here, at Stripe -10 USD: repaired" in lines
    assert any(
        line.startswith(f"dispute {known['won_dispute']}: missing here, at Stripe")
        for line in lines
    )
    assert lines[-1] == "exit status 0"
    assert "All repaired: " in lines[-2]


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("status", "past_due", "status"),
        ("amount_minor", 1, "amount"),
        ("currency", "eur", "amount"),
        ("interval", "year", "interval"),
        ("current_period_end", None, "period end"),
        ("cancel_at_period_end", True, "cancel flag"),
        ("is_paused", True, "paused"),
        ("customer_id", "cus_other", "customer"),
        ("started_at", now() - timedelta(days=900), "start"),
        ("ended_at", now(), "end"),
    ],
)
def test_a_mirror_that_differs_is_rewritten(
    field: str, value: object, what: str, stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with a_year(stripe_side) as year:
        subscription = year.monthly("ada@example.com")
        told(stripe_side, tell, run_jobs)
        before = ours()
        Subscription.objects.update(**{field: value})
        assert reconcile().endswith("exit status 0")
        assert differences() == [(SUBSCRIPTION, what, True)]
        assert the_difference().stripe_id == subscription
        assert ours() == before
        assert_equal_now()


def test_withheld_events_of_a_subscription_are_made_up_for(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with a_year(stripe_side) as year:
        ids = [year.monthly(f"{name}@example.com") for name in ("ada", "bela", "cato", "dara")]
        told(stripe_side, tell, run_jobs)
        mails = mail_to_supporters()
        paused, ending, canceled, renewed = ids
        stripe_side.api("POST", f"subscriptions/{paused}", **{"pause_collection[behavior]": "void"})
        stripe_side.api("POST", f"subscriptions/{ending}", cancel_at_period_end="true")
        stripe_side.api("DELETE", f"subscriptions/{canceled}")
        assert reconcile().endswith("exit status 0")
        assert {(each.stripe_id, each.what) for each in Reconciliation.objects.get().differences.all()} == {
            (paused, "paused"), (ending, "cancel flag"), (canceled, "status"), (canceled, "end"),
        }  # fmt: skip
        year.passes(31)
        assert reconcile().endswith("exit status 0")
        found = Reconciliation.objects.latest("pk").differences
        assert found.filter(stripe_id=ending, what="status", stripes="canceled").exists()
        assert found.filter(stripe_id=renewed, what="period end").exists()
        assert found.filter(thing=PAYMENT, what="missing here", stripes="5 USD").count() == 1
        assert LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).count() == 5
        assert mail_to_supporters() == mails
        assert_equal_now()


def test_what_came_back_unheard_of_is_booked(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with a_year(stripe_side) as year:
        refunded, disputed = year.once("ada@example.com"), year.once("bela@example.com")
        told(stripe_side, tell, run_jobs)
        mails = mail_to_supporters()
        refund, dispute = year.refund(refunded, 8_00), year.dispute(disputed)
        assert reconcile().endswith("exit status 0")
        assert differences() == [(DISPUTE, "missing here", True), (REFUND, "missing here", True)]
        year.passes(1)
        stripe_side.order("refund_fails", refund=refund)
        stripe_side.order("dispute_won", dispute=dispute)
        assert reconcile().endswith("exit status 0")
        assert (REFUND, "status", True) in differences()
        assert (DISPUTE, "status", True) in differences()
        net = sum(
            LedgerEntry.objects.exclude(kind=EntryKind.FEE).values_list("amount_minor", flat=True)
        )
        assert net == 40_00
        assert mail_to_supporters() == mails
        assert_equal_now()


def test_a_late_settlement_that_we_missed_is_booked(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with a_year(stripe_side) as year:
        stripe_side.order("late_balance", enabled=1)
        year.once("ada@example.com")
        told(stripe_side, tell, run_jobs)
        assert_equal_now()
        assert not LedgerEntry.objects.filter(kind=EntryKind.FEE).exists()
        stripe_side.order("balance")
        assert reconcile().endswith("exit status 0")
        assert differences() == [(PAYMENT, "settlement", True)]
        assert LedgerEntry.objects.get(kind=EntryKind.FEE).settled_minor == 20_00
        assert_equal_now()


@pytest.mark.parametrize("currency", ["jpy", "kwd"])
def test_currencies_without_and_with_three_decimals(
    currency: str, stripe_side: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_year(stripe_side) as year:
        payment = year.once("ada@example.com", 12_340, currency)
        year.monthly("bela@example.com", 12_340, currency)
        assert reconcile().endswith("exit status 0")
        written = {"jpy": "12340 JPY", "kwd": "12.340 KWD"}[currency]
        assert the_difference(stripe_id=payment).stripes == written
        booked = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT)
        assert set(booked.values_list("amount_minor", "currency")) == {(12_340, currency)}
        assert booked.count() == 2
        assert_equal_now()


def test_another_amount_is_adjusted_and_never_changed(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with a_year(stripe_side) as year:
        payment = year.once("ada@example.com")
        wrong = LedgerEntryFactory(source=payment, payment_intent=payment, amount_minor=12_00)
        said = reconcile()
        assert f"payment {payment}: amount, here 12 USD, at Stripe 20 USD: repaired" in said
        wrong.refresh_from_db()
        assert wrong.amount_minor == 12_00
        adjustment = LedgerEntry.objects.get(kind=EntryKind.ADJUSTMENT)
        assert (adjustment.source, adjustment.amount_minor) == (f"adjustment:{payment}", 8_00)
        assert adjustment.payment_intent == payment
        assert "12 USD" in Alert.objects.get(cause="ledger.adjusted").message
        assert_equal_now()


def test_another_currency_is_adjusted_in_both(stripe_side: Stripe) -> None:
    with a_year(stripe_side) as year:
        payment = year.once("ada@example.com")
        LedgerEntryFactory(
            source=payment, payment_intent=payment, amount_minor=20_00, currency="eur"
        )
        assert reconcile().endswith("exit status 0")
        assert the_difference(what="currency").stripes == "20 USD"
        adjusted = LedgerEntry.objects.filter(kind=EntryKind.ADJUSTMENT)
        assert sorted(adjusted.values_list("source", "amount_minor", "currency")) == [
            (f"adjustment:{payment}", -20_00, "eur"), (f"adjustment:{payment}#2", 20_00, "usd"),
        ]  # fmt: skip
        assert_equal_now()


def test_other_figures_of_what_went_back_are_adjusted(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    """A refund, a fee, and a subscription's payment; and a refund that failed only here."""
    with a_year(stripe_side) as year:
        payment = year.once("ada@example.com")
        year.monthly("bela@example.com")
        refund = year.refund(payment, 5_00)
        (invoice_payment,) = stripe_side.api("GET", "invoice_payments")["data"]
        charge = stripe_side.api("GET", f"payment_intents/{payment}")["latest_charge"]
        fee = stripe_side.api("GET", f"charges/{charge}")["balance_transaction"]
        LedgerEntryFactory(source=refund, kind=EntryKind.REFUND, amount_minor=-4_00, payment_intent=payment)  # fmt: skip
        LedgerEntryFactory(source=f"{refund}:failed", kind=EntryKind.REFUND_FAILED, amount_minor=5_00, payment_intent=payment)  # fmt: skip
        LedgerEntryFactory(source=fee, kind=EntryKind.FEE, amount_minor=-1, payment_intent=payment)
        LedgerEntryFactory(source=invoice_payment["id"], amount_minor=50_00, payment_intent=invoice_payment["payment"]["payment_intent"])  # fmt: skip
        assert reconcile().endswith("exit status 0")
        adjusted = LedgerEntry.objects.filter(kind=EntryKind.ADJUSTMENT)
        assert dict(adjusted.values_list("source", "amount_minor")) == {
            f"adjustment:{refund}": -1_00,
            f"adjustment:{refund}:failed": -5_00,
            f"adjustment:{fee}": -87,
            f"adjustment:{invoice_payment['id']}": -45_00,
        }
        assert_equal_now()


@pytest.mark.parametrize(
    ("kind", "source", "thing"),
    [
        (EntryKind.PAYMENT, "pi_3_Nowhere", PAYMENT),
        (EntryKind.PAYMENT, "inpay_1_Nowhere", PAYMENT),
        (EntryKind.FEE, "txn_3_Nowhere", PAYMENT),
        (EntryKind.REFUND, "re_3_Nowhere", REFUND),
        (EntryKind.DISPUTE, "txn_1_Nowhere", DISPUTE),
        (EntryKind.PAYMENT, "strange", PAYMENT),
    ],
)
def test_an_entry_unknown_to_stripe_stays_until_it_is_written_off(
    kind: EntryKind, source: str, thing: DifferentThing, stripe_side: Stripe
) -> None:
    amount = 5_00 if kind == EntryKind.PAYMENT else -5_00
    LedgerEntryFactory(source=source, kind=kind, amount_minor=amount)
    for _night in range(2):
        said = reconcile()
        assert f"{thing} {source}: missing at Stripe, here" in said
        assert "REMAINS" in said and said.endswith("exit status 1")
        assert differences() == [(thing, "missing at Stripe", False)]
    assert source in Alert.objects.get(cause="reconciliation.unknown_to_stripe").message
    assert LedgerEntry.objects.count() == 1
    assert reconcile("--write-off").endswith("exit status 0")
    assert LedgerEntry.objects.get(kind=EntryKind.ADJUSTMENT).amount_minor == -amount
    assert_equal_now()


def test_a_mirror_unknown_to_stripe_is_left_to_a_person(stripe_side: Stripe) -> None:
    """Perhaps the key is another account's: then everything would seem to have ended."""
    mirror = SubscriptionFactory()
    assert reconcile().endswith("exit status 1")
    assert differences() == [(SUBSCRIPTION, "missing at Stripe", False)]
    mirror.refresh_from_db()
    assert mirror.status == "active"


def test_row_09_a_paid_session_whose_wish_is_gone_is_rebuilt(stripe_side: Stripe) -> None:
    with a_year(stripe_side) as year:
        payment = year.once("ada@example.com")
        SupportIntent.objects.all().delete()
        assert reconcile().endswith("exit status 0")
        assert LedgerEntry.objects.get(source=payment).supporter == Supporter.objects.get()
        rebuilt = SupportIntent.objects.get()
        assert (rebuilt.state, rebuilt.amount_minor) == (IntentState.PAID, 20_00)
        assert Alert.objects.filter(cause="stripe.intent_missing").exists()
        assert_equal_now()


def test_wishes_whose_end_we_missed_are_closed(stripe_side: Stripe) -> None:
    with a_year(stripe_side) as year:
        session = year.session(Frequency.ONCE, 10_00, "usd")
        assert_equal_now()
        year.passes(1)
        assert reconcile().endswith("exit status 0")
        assert the_difference().stripe_id == session
        assert SupportIntent.objects.get().state == IntentState.EXPIRED
        assert_equal_now()


def test_a_bank_debit_that_is_not_through_is_no_difference(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with a_year(stripe_side) as year:
        for every in (Frequency.ONCE, Frequency.MONTH):
            session = year.session(every, 10_00, "usd")
            stripe_side.pay(session, method="bank_debit")
        told(stripe_side, tell, run_jobs)
        assert set(SupportIntent.objects.values_list("state", flat=True)) == {IntentState.PENDING}
        assert_equal_now()
        year.passes(10)
        assert reconcile().endswith("exit status 0")
        assert LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).count() == 2
        assert_equal_now()


def test_a_bank_debit_outlives_its_customer_and_is_no_difference(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with a_year(stripe_side) as year:
        stripe_side.pay(year.session(Frequency.MONTH, 10_00, "usd"), method="bank_debit")
        (subscription,) = stripe_side.api("GET", "subscriptions?status=all")["data"]
        stripe_side.api("DELETE", f"customers/{subscription['customer']}")
        told(stripe_side, tell, run_jobs)
        assert_equal_now()


def test_a_bank_debit_that_failed_unheard_of_closes_the_wish(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with a_year(stripe_side) as year:
        sessions = [
            year.session(every, 10_00, "usd") for every in (Frequency.ONCE, Frequency.MONTH)
        ]
        for session in sessions:
            stripe_side.pay(session, method="bank_debit")
        told(stripe_side, tell, run_jobs)
        for session in sessions:
            stripe_side.order("settle", session=session, outcome="fail")
        # Stripe would try the subscription's again.
        (subscription,) = stripe_side.api("GET", "subscriptions?status=all")["data"]
        stripe_side.api("DELETE", f"subscriptions/{subscription['id']}")
        assert reconcile().endswith("exit status 0")
        assert set(SupportIntent.objects.values_list("state", flat=True)) == {IntentState.FAILED}
        assert not LedgerEntry.objects.exists()
        assert_equal_now()


def test_row_56_a_deleted_customer_ends_the_subscription_and_keeps_the_ledger(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with a_year(stripe_side) as year:
        subscription = year.monthly("ada@example.com")
        told(stripe_side, tell, run_jobs)
        entries = ours()["ledger"]
        customer = stripe_side.api("GET", f"subscriptions/{subscription}")["customer"]
        stripe_side.api("DELETE", f"customers/{customer}")
        assert reconcile().endswith("exit status 0")
        assert (CUSTOMER, "deleted at Stripe", True) in differences()
        assert the_difference(thing=CUSTOMER).stripe_id == customer
        assert Subscription.objects.get().status == "canceled"
        assert ours()["ledger"] == entries
        assert_equal_now()


def test_another_address_at_stripe_is_for_a_person_and_repeated_nowhere(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    with a_year(stripe_side) as year:
        subscription = year.monthly("ada@example.com")
        told(stripe_side, tell, run_jobs)
        customer = stripe_side.api("GET", f"subscriptions/{subscription}")["customer"]
        stripe_side.api("POST", f"customers/{customer}", email="eve@example.net")
        said = reconcile()
    assert f"customer {customer}: address: REMAINS" in said
    assert said.endswith("exit status 1")
    assert Supporter.objects.get().email == "ada@example.com"
    assert Alert.objects.filter(cause=f"stripe.address:{customer}").exists()
    assert "eve" not in said and "ada@" not in said
    assert (the_difference().ours, the_difference().stripes) == ("", "")


def test_row_57_real_money_and_test_data_are_never_compared(
    stripe_side: Stripe, tell: Tell, run_jobs: RunJobs
) -> None:
    LedgerEntryFactory(source="pi_3_Live", livemode=True)
    SubscriptionFactory(stripe_id="sub_1_Live", livemode=True)
    with a_year(stripe_side) as year:
        year.once("ada@example.com")
        told(stripe_side, tell, run_jobs)
        assert_equal_now()
        # With a live key, what a test account lists is nobody's.
        settings.STRIPE_LIVEMODE = True
        try:
            said = reconcile("--dry-run")
        finally:
            settings.STRIPE_LIVEMODE = False
    assert "pi_3_Live: missing at Stripe" in said
    assert "sub_1_Live: missing at Stripe" in said
    assert "\n0 of our objects compared." in said


def test_only_the_period_that_was_asked_for(stripe_side: Stripe) -> None:
    with a_year(stripe_side) as year:
        old = year.once("ada@example.com")
        subscription = year.monthly("bela@example.com")
        year.passes(40)
        new = year.once("cato@example.com")
        reconcile("--days", "20")
        found = set(Reconciliation.objects.get().differences.values_list("stripe_id", flat=True))
        # A subscription that lives is looked at however old it is.
        assert {new, subscription} <= found and old not in found
        assert LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).count() == 2
        reconcile("--since", "2026-03-01")
        assert LedgerEntry.objects.filter(source=old).exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--since", "yesterday"), "a day such as"),
        (("--since", "2026-02-30"), "a day such as"),
        (("--days", "0"), "a number of days"),
        (("--days", "-3"), "a number of days"),
        (("--resume",), "none to go on with"),
    ],
)
def test_nonsense_is_refused(arguments: tuple[str, ...], says: str, stripe_side: Stripe) -> None:
    said = reconcile(*arguments)
    assert says in said and said.endswith("exit status 1")
    assert stripe_side.requests() == []
