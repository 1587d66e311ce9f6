"""Fills the database of DATABASE_URL with the demo's paper and its campaign, and hires an editor."""

import os

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
    django.setup()
    from django.contrib.auth.models import Group, User

    import articles.demo
    import donations.demo
    from bench.editor import NAME, PASSWORD

    # Pictures are not measured here, and large ones take long to draw.
    articles.demo.seed(picture_width=96)
    donations.demo.seed()
    editor = User.objects.create_user(NAME, NAME, PASSWORD, is_staff=True)
    editor.groups.add(Group.objects.get(name="Editors"))


if __name__ == "__main__":
    main()
