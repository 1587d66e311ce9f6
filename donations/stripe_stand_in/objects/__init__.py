"""The shapes of Stripe's objects at this version: pure functions from facts to JSON."""
