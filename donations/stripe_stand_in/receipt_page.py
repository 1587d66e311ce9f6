"""The receipts and invoices that Stripe would show to whoever has their address."""

from html import escape

from donations.stripe_stand_in.html_page import page
from donations.stripe_stand_in.money import written
from donations.stripe_stand_in.sandbox import Sandbox


def receipt(sandbox: Sandbox, path: str) -> str | None:
    """`/receipts/ch_…`, `/invoices/in_…` or `/invoices/in_…/pdf`; None for what is not there."""
    _, noun, identifier, *rest = [*path.split("/"), ""]
    kind = {"receipts": "charge", "invoices": "invoice"}.get(noun)
    found = sandbox.store.get(identifier, kind) if kind and rest in ([""], ["pdf", ""]) else None
    if found is None:
        return None
    title = "Receipt" if kind == "charge" else f"Invoice {found['number']}"
    amount = written(found["amount" if kind == "charge" else "total"], found["currency"])
    back = found.get("amount_refunded")
    given_back = f"<p>Refunded: {escape(written(back, found['currency']))}</p>" if back else ""
    return page(
        title,
        f'<h1>{escape(title)}</h1><p class="amount">{escape(amount)}</p>'
        f'<p class="about">{escape(found["status"] or "")}</p>{given_back}',
    )
