"""From a reader's wish to Stripe's payment page.

The wish is committed before Stripe is called, and the call can be repeated: under one key the
same parameters are always sent, so a crash, a timeout or a second click never makes two of it.
"""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from donations import standing, stripe_api
from donations.locks import lock
from donations.models import (
    Campaign,
    Frequency,
    IntentState,
    Prompt,
    SupportIntent,
)
from donations.money import plain_amount
from donations.stripe_api import StripeAway, StripeRefused
from donations.stripe_objects import CheckoutSession, mark
from newsroom import crash_points, jobs
from newsroom.limits import keyed_hash
from newsroom.models import Paper
from newsroom.paper import absolute

logger = logging.getLogger(__name__)

# Made once, by its fixed id; every price hangs on it.
PRODUCT = "newsroom_support"
# Stripe wants at least 30 minutes left, also when a try is repeated late.
PAGE_LASTS = timedelta(minutes=45)
STRIPES_SHORTEST = timedelta(minutes=31)
# Without script, two presses of one browser are one wish when they come at once.
SAME_PRESS = timedelta(seconds=10)
UNFINISHED = (IntentState.NEW, IntentState.OPEN)
PAID_OR_PENDING = (IntentState.PAID, IntentState.PENDING)
# Languages that Stripe's page speaks, of those that we do.
STRIPE_SPEAKS = {"en", "ru", "de", "fr", "es"}


@dataclass(frozen=True)
class Wish:
    """What a reader chose. `nonce` is their press of the button, empty without script."""

    frequency: Frequency
    amount_minor: int
    currency: str
    language: str
    nonce: str = ""
    campaign: Campaign | None = None
    prompt: Prompt | None = None
    placement: str = ""

    @property
    def prompt_id(self) -> int | None:
        return self.prompt.pk if self.prompt else None

    @property
    def press(self) -> str:
        """The same for the same press of the button, known by its nonce, with the same choice."""
        return keyed_hash(
            f"nonce:{self.nonce}|{self.frequency}|{self.amount_minor}|{self.currency}"
        )


def known_intent(wish: Wish, at: datetime, *, own: uuid.UUID | None = None) -> SupportIntent | None:
    """The intent that an earlier press of the same button made.

    Without a nonce, only the browser's `own` last one: whoever shares its network, such as an
    exit of Tor, must neither pay on a stranger's page nor read a stranger's thanks.
    """
    if wish.nonce:
        return SupportIntent.objects.filter(nonce=wish.press).first()
    if own is None:
        return None
    return SupportIntent.objects.filter(
        pk=own,
        frequency=wish.frequency,
        amount_minor=wish.amount_minor,
        currency=wish.currency,
        created_at__gt=at - SAME_PRESS,
        state__in=UNFINISHED,
    ).first()


def note_wish(wish: Wish, at: datetime) -> SupportIntent:
    """Write the wish down, once, and commit it."""
    with transaction.atomic():
        if wish.nonce:
            lock(wish.press)
            if intent := known_intent(wish, at):
                return intent
        intent = SupportIntent(
            nonce=wish.press if wish.nonce else uuid.uuid4().hex,
            frequency=wish.frequency,
            amount_minor=wish.amount_minor,
            currency=wish.currency,
            language=wish.language,
            campaign=wish.campaign,
            prompt=wish.prompt,
            placement=wish.placement,
            created_at=at,
            expires_at=(at + PAGE_LASTS).replace(microsecond=0),
        )
        intent.parameters = _parameters(intent)
        intent.save(force_insert=True)
    return intent


def opens_another(intent: SupportIntent, at: datetime) -> bool:
    """Whether going on with a known intent makes a new page at Stripe: the old one is over."""
    if intent.state in PAID_OR_PENDING:
        return False
    if intent.state == IntentState.OPEN:
        return at >= intent.expires_at
    return intent.state != IntentState.NEW or intent.expires_at - at < STRIPES_SHORTEST


def payment_page(intent: SupportIntent, at: datetime) -> str:
    """Where the reader goes on: Stripe's page, or our thanks when that is behind them.

    Raises what `stripe_api` raises.
    """
    if intent.state in PAID_OR_PENDING:
        return absolute(reverse("donations:thanks", query={"session_id": intent.session_id}))
    if opens_another(intent, at):
        _start_anew(intent, at)
    elif intent.state == IntentState.OPEN:
        return intent.session_url
    crash_points.crash_point("after-intent-before-stripe")
    session = _create_session(intent, at)
    crash_points.crash_point("after-stripe-before-session-id")
    SupportIntent.objects.filter(pk=intent.pk, state__in=UNFINISHED).update(
        session_id=session.id,
        session_url=session.url,
        livemode=session.livemode,
        state=IntentState.OPEN,
    )
    return session.url


def leave_behind(own: uuid.UUID | None, intent: SupportIntent) -> None:
    """A browser that chose anew cannot pay its former choice as well, by a slip.

    The page of its `own` last intent is closed when that was another choice. The same one in two
    tabs stays: both are taken, and the supporter is asked.
    """
    if own is None:
        return
    left = SupportIntent.objects.filter(pk=own, state=IntentState.OPEN).first()
    if left is not None and _choice(left) != _choice(intent):
        jobs.defer("donations.close_page", intent_id=str(left.pk))


def close_page(intent_id: uuid.UUID) -> None:
    """Close an open payment page at Stripe, whose event then closes the intent.

    Raises StripeAway.
    """
    intent = SupportIntent.objects.filter(pk=intent_id, state=IntentState.OPEN).first()
    if intent is None or not intent.session_id or standing.is_copy():
        return
    try:
        stripe_api.expire_session(intent.session_id)
    except StripeRefused as refused:
        # Paid or closed meanwhile: its own event says which.
        logger.info("checkout_not_closed intent=%s reason=%s", intent.pk, refused)


def _choice(intent: SupportIntent) -> tuple[str, int, str]:
    return intent.frequency, intent.amount_minor, intent.currency


def way_back(chosen: SupportIntent | Wish) -> str:
    """The support page with the same choice, credited to the same prompt."""
    query: dict[str, object] = {
        "every": chosen.frequency,
        "amount": plain_amount(chosen.amount_minor, chosen.currency),
        "currency": chosen.currency,
    }
    if chosen.prompt_id:
        query["prompt"] = chosen.prompt_id
    if chosen.placement:
        query["placement"] = chosen.placement
    return reverse("donations:support", query=query)


def _start_anew(intent: SupportIntent, at: datetime) -> None:
    """A new attempt with a new key, when the old one can lead nowhere.

    Of two that find this out at once, the second takes over what the first wrote.
    """
    fields = ["attempt", "state", "expires_at", "parameters", "session_id", "session_url"]
    with transaction.atomic():
        stored = SupportIntent.objects.select_for_update(of=("self",)).get(pk=intent.pk)
        if stored.attempt == intent.attempt:
            stored.attempt += 1
            stored.state = IntentState.NEW
            # Whole seconds: what Stripe gives back must compare equal.
            stored.expires_at = (at + PAGE_LASTS).replace(microsecond=0)
            stored.parameters = _parameters(stored)
            stored.session_id = None
            stored.session_url = ""
            stored.closed_at = None
            stored.save(update_fields=[*fields, "closed_at"])
    for field in fields:
        setattr(intent, field, getattr(stored, field))


def _create_session(intent: SupportIntent, at: datetime) -> CheckoutSession:
    try:
        return stripe_api.create_session(intent.parameters, idempotency_key=_key(intent))
    except StripeRefused as refused:
        if refused.code == "idempotency_error":  # under this key nothing can be asked any more
            _start_anew(intent, at)
            raise
        if refused.code != "resource_missing" or "product" not in refused.param:
            raise
        _create_product()
        _start_anew(intent, at)
        return stripe_api.create_session(intent.parameters, idempotency_key=_key(intent))
    except StripeAway as away:
        if away.is_saved:  # the key would give the same error for a day
            _start_anew(intent, at)
        raise


def _key(intent: SupportIntent) -> str:
    return f"{intent.pk}:{intent.attempt}"


def _create_product() -> None:
    try:
        stripe_api.create_product(PRODUCT, Paper.load().name)
    except StripeRefused as refused:
        if refused.code != "resource_already_exists":
            raise


def _parameters(intent: SupportIntent) -> dict[str, Any]:
    """All that Stripe is told. Nothing about what was read, and no name."""
    reference = str(intent.pk)
    metadata = mark(reference, intent.language)
    price: dict[str, Any] = {
        "currency": intent.currency,
        "unit_amount": intent.amount_minor,
        "product": PRODUCT,
    }
    parameters: dict[str, Any] = {
        "ui_mode": "hosted_page",
        "client_reference_id": reference,
        "metadata": metadata,
        "line_items": [{"quantity": 1, "price_data": price}],
        "adaptive_pricing": {"enabled": False},
        "locale": intent.language if intent.language in STRIPE_SPEAKS else "auto",
        "expires_at": int(intent.expires_at.timestamp()),
        "success_url": absolute(reverse("donations:thanks")) + "?session_id={CHECKOUT_SESSION_ID}",
        "cancel_url": absolute(way_back(intent)),
    }
    if settings.STRIPE_PAYMENT_METHOD_CONFIGURATION:
        configuration = settings.STRIPE_PAYMENT_METHOD_CONFIGURATION
        parameters["payment_method_configuration"] = configuration
    if settings.STRIPE_EXCLUDED_PAYMENT_METHODS:
        excluded = settings.STRIPE_EXCLUDED_PAYMENT_METHODS
        parameters["excluded_payment_method_types"] = list(excluded)
    if intent.frequency == Frequency.ONCE:
        parameters |= {"mode": "payment", "payment_intent_data": {"metadata": metadata}}
    else:
        price["recurring"] = {"interval": str(intent.frequency)}
        parameters |= {"mode": "subscription", "subscription_data": {"metadata": metadata}}
    return parameters
