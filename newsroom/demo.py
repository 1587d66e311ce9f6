"""The demo's desks: one person for each role."""

from django.contrib.auth.models import Group, User

PASSWORD = "newsroom-demo"  # noqa: S105 - printed by `make run`, refused outside the demo
SIGN_INS = {
    "editor@example.com": "Editors",
    "fundraiser@example.com": "Fundraisers",
    "admin@example.com": None,
}


def seed() -> None:
    for address, desk in SIGN_INS.items():
        user, created = User.objects.get_or_create(
            username=address,
            defaults={"email": address, "is_staff": True, "is_superuser": desk is None},
        )
        if not created:
            continue
        user.set_password(PASSWORD)
        user.save()
        if desk:
            user.groups.add(Group.objects.get(name=desk))
