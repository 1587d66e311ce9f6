"""A small Stripe of your own: the part of its API that a donation page uses, on this machine.

    python -m donations.stripe_stand_in --port 12111

Point any Stripe SDK at http://127.0.0.1:12111 with a key that begins with `sk_test_`. It stands
on the standard library alone and imports nothing else, so the package can be copied out.

`GET /` shows what it holds and turns its switches. Tests and demonstrations steer it with POST forms
to `/_stand_in/…` (see control.py and happenings.py). docs/stripe-stand-in.md explains all of it.
"""

API_VERSION = "2026-10-28.endive"
