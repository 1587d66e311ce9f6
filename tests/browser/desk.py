"""What every journey through the admin does: watch the console, sign in."""

from playwright.sync_api import ConsoleMessage, Page

from tests.desks import PASSWORD


def watch(page: Page) -> list[str]:
    """Collect whatever the browser complains of from now on: errors, refused by the policy."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(f"{message.text} ({page.url})")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(f"{error} ({page.url})"))
    return complaints


def sign_in(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/admin/")
