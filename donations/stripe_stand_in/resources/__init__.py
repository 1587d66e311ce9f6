"""The API, a file per family of objects; each lists its routes."""

from donations.stripe_stand_in.resources import (
    customers,
    disputes,
    events,
    invoices,
    payment_methods,
    payments,
    portal,
    products,
    sessions,
    subscriptions,
    test_clocks,
)
from donations.stripe_stand_in.resources.route import Route

ROUTES: list[Route] = [
    *products.ROUTES,
    *sessions.ROUTES,
    *customers.ROUTES,
    *subscriptions.ROUTES,
    *invoices.ROUTES,
    *payments.ROUTES,
    *payment_methods.ROUTES,
    *disputes.ROUTES,
    *portal.ROUTES,
    *test_clocks.ROUTES,
    *events.ROUTES,
]
