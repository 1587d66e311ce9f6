"""Pictures come from a copy of the uploads folder, or stay away with a reason."""

from pathlib import Path

import pytest

from articles.models import Article, Image, ImportedItem, Redirect
from tests.articles.factories import drawn_picture
from tests.articles.importers import exports
from tests.articles.importers.conftest import Import

UPLOADS = f"{exports.OLD_SITE}/wp-content/uploads"
META = 'a:1:{s:10:"image_meta";a:1:{s:6:"credit";s:14:"Łucja Nowak/EP";}}'


@pytest.fixture
def media(tmp_path: Path) -> Path:
    folder = tmp_path / "uploads"
    (folder / "2014/05").mkdir(parents=True)
    return folder


def put(media: Path, name: str, content: bytes | None = None) -> None:
    (media / name).write_bytes(drawn_picture(900, 600) if content is None else content)


def story(*, number: int = 1) -> str:
    return exports.item(
        f'<img class="wp-image-20" src="{UPLOADS}/2014/05/bridge-300x200.jpg" alt="">',
        number=number,
        meta={"_thumbnail_id": "20"},
    )


def test_a_picture_arrives_with_its_words(bring: Import, tmp_path: Path, media: Path) -> None:
    put(media, "2014/05/bridge.jpg")
    path = exports.write(
        tmp_path,
        story(),
        # Behind the story that shows it.
        exports.picture(
            20,
            "2014/05/bridge.jpg",
            alt="A bridge",
            caption="At <b>dawn</b>.",
            _wp_attachment_metadata=META,
        ),
    )
    told = bring(path, media=media)
    image, article = Image.objects.get(), Article.objects.get()
    assert (image.alt, image.caption, image.credit) == ("A bridge", "At dawn.", "Łucja Nowak/EP")
    assert article.lead_image == image
    src = image.file.jpg_800
    assert (
        article.body
        == f'<figure><img src="{src}" alt="A bridge" width="800" height="533"></figure>'
    )
    assert image.file.storage.exists(src.removeprefix("/media/"))
    assert told.things("attachments") == {"brought": 1}
    assert bring(path, media=media).things("attachments") == {"unchanged": 1}
    assert Image.objects.count() == 1


def test_without_the_files_there_are_links_and_a_later_run_fills_them(
    bring: Import, tmp_path: Path, media: Path
) -> None:
    path = exports.write(
        tmp_path, story(), exports.picture(20, "2014/05/bridge.jpg", alt="A bridge")
    )
    told = bring(path)
    article = Article.objects.get()
    assert article.lead_image is None
    assert article.body == f'<p><a href="{UPLOADS}/2014/05/bridge-300x200.jpg">bridge.jpg</a></p>'
    assert told.things("attachments") == {"left": 1}
    assert any("lead picture" in reason for reason in told.reasons("posts"))
    put(media, "2014/05/bridge.jpg")
    again = bring(path, media=media)
    assert again.things("posts") == {"updated": 1}
    article.refresh_from_db()
    assert article.lead_image == Image.objects.get()
    assert "<img" in article.body


def test_pictures_of_an_earlier_part_of_the_export_are_found(
    bring: Import, tmp_path: Path, media: Path
) -> None:
    put(media, "2014/05/bridge.jpg")
    bring(exports.write(tmp_path, exports.picture(20, "2014/05/bridge.jpg")), media=media)
    bring(exports.write(tmp_path, story()))
    assert Article.objects.get().lead_image == Image.objects.get()
    assert "<img" in Article.objects.get().body


def test_one_file_under_two_names_is_one_picture(
    bring: Import, tmp_path: Path, media: Path
) -> None:
    put(media, "2014/05/a.jpg")
    put(media, "2014/05/b.jpg")
    told = bring(
        exports.write(
            tmp_path, exports.picture(20, "2014/05/a.jpg"), exports.picture(21, "2014/05/b.jpg")
        ),
        media=media,
    )
    assert told.things("attachments") == {"brought": 2}
    assert Image.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.jpg", b"", "not a picture"),
        ("page.jpg", b"<html>Not found</html>", "not a picture"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        ("half.jpg", drawn_picture(900, 600)[:2000], "damaged"),
        ("song.mp3", b"ID3", "no picture"),
    ],
)
def test_what_is_no_picture_is_left_with_its_reason(
    bring: Import, tmp_path: Path, media: Path, name: str, content: bytes, reason: str
) -> None:
    put(media, f"2014/05/{name}", content)
    told = bring(exports.write(tmp_path, exports.picture(20, f"2014/05/{name}")), media=media)
    assert told.things("attachments") == {"left": 1}
    assert reason in told.reasons("attachments")[0]
    assert not Image.objects.exists()


@pytest.mark.parametrize("name", ["../secret.jpg", "/etc/hostname.jpg", "2014/05/link.jpg"])
def test_nothing_outside_of_the_folder_is_read(
    bring: Import, tmp_path: Path, media: Path, name: str
) -> None:
    put(tmp_path, "secret.jpg")
    (media / "2014/05/link.jpg").symlink_to(tmp_path / "secret.jpg")
    told = bring(exports.write(tmp_path, exports.picture(20, name)), media=media)
    assert told.things("attachments") == {"left": 1}
    assert not Image.objects.exists()


def test_a_picture_of_another_site_is_not_taken_for_ours(
    bring: Import, tmp_path: Path, media: Path
) -> None:
    put(media, "2014/05/bridge.jpg")
    foreign = "https://other.example/wp-content/uploads/2014/05/bridge.jpg"
    bring(
        exports.write(
            tmp_path,
            exports.item(f'<img src="{foreign}" alt="x">'),
            exports.picture(20, "2014/05/bridge.jpg"),
        ),
        media=media,
    )
    assert Article.objects.get().body == f'<p><a href="{foreign}">x</a></p>'


def test_the_page_of_a_picture_leads_to_its_story(bring: Import, tmp_path: Path) -> None:
    bring(exports.write(tmp_path, exports.picture(20, "a.jpg", parent=1), exports.item(number=1)))
    for old in ("/2014/05/picture-20/", "/?attachment_id=20"):
        assert Redirect.objects.get(old_address=old).article == Article.objects.get()


def test_a_dry_run_stores_no_picture(bring: Import, tmp_path: Path, media: Path) -> None:
    put(media, "2014/05/bridge.jpg")
    path = exports.write(tmp_path, story(), exports.picture(20, "2014/05/bridge.jpg"))
    assert bring(path, media=media, dry_run=True).things("attachments") == {"brought": 1}
    assert not Image.objects.exists()
    assert not ImportedItem.objects.exists()


def test_a_picture_deleted_here_does_not_come_back(
    bring: Import, tmp_path: Path, media: Path
) -> None:
    put(media, "2014/05/bridge.jpg")
    path = exports.write(tmp_path, exports.picture(20, "2014/05/bridge.jpg"))
    bring(path, media=media)
    Image.objects.all().delete()
    assert bring(path, media=media).things("attachments") == {"left": 1}
