"""A mail goes out once; a reminder's kind never twice, and is forgotten afterwards."""

import errno
import smtplib
import socket
from datetime import timedelta
from unittest import mock

import pytest
from django.core import mail as django_mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.utils.timezone import now
from procrastinate.contrib.django.models import ProcrastinateJob

from newsroom import mail
from newsroom.models import OutgoingMail
from tests.conftest import RunJobs

pytestmark = pytest.mark.django_db


def write(**changed: object) -> OutgoingMail:
    arguments = {
        "purpose": "receipt",
        "about": "pi_1",
        "recipient": "reader@example.com",
        "subject": "Thank you",
        "text": "Thank you.",
        "html": "<p>Thank you.</p>",
    } | changed
    queued = mail.queue_mail(**arguments)  # type: ignore[arg-type]
    assert queued is not None
    return queued


def refusing(error: BaseException) -> "mock._patch[mock.MagicMock]":
    return mock.patch("django.core.mail.EmailMultiAlternatives.send", side_effect=error)


def test_a_mail_is_sent_once_under_its_message_id() -> None:
    queued = write()
    mail.send(queued.pk)
    mail.send(queued.pk)
    (sent,) = django_mail.outbox
    assert sent.to == ["reader@example.com"]
    assert sent.extra_headers["Message-ID"] == queued.message_id
    assert isinstance(sent, EmailMultiAlternatives)
    assert sent.alternatives[0][0] == "<p>Thank you.</p>"


def test_a_second_mail_of_the_same_purpose_and_subject_is_not_written() -> None:
    write()
    again = mail.queue_mail(
        purpose="receipt",
        about="pi_1",
        recipient="a@example.com",
        subject="x",
        text="x",
    )
    assert again is None
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("address", ["", "nobody", "a@b", "a@example.com\nBcc: b@example.com"])
def test_an_address_that_is_none_is_refused_and_nothing_written(address: str) -> None:
    with pytest.raises(ValidationError):
        write(recipient=address)
    assert not OutgoingMail.objects.exists()


def test_a_subject_cannot_carry_a_header() -> None:
    queued = write(subject="Thanks\r\nBcc: everyone@example.com")
    mail.send(queued.pk)
    assert django_mail.outbox[0].subject == "Thanks Bcc: everyone@example.com"


def test_a_refused_mail_is_tried_again_under_the_same_message_id() -> None:
    queued = write()
    with refusing(ConnectionRefusedError()):
        mail.send(queued.pk)
    queued.refresh_from_db()
    assert (queued.attempts, queued.last_error) == (1, "ConnectionRefusedError")
    mail.send(queued.pk)
    assert django_mail.outbox[0].extra_headers["Message-ID"] == queued.message_id


def test_a_mail_is_given_up_after_three_days() -> None:
    queued = write()
    OutgoingMail.objects.update(created_at=now() - timedelta(days=4))
    with refusing(ConnectionRefusedError()):
        mail.send(queued.pk)
    queued.refresh_from_db()
    assert mail.state_of(queued) == "given up"


def test_a_mail_that_nobody_wants_any_more_is_given_up() -> None:
    in_time, late = (
        write(expires_at=now() + timedelta(minutes=1)),
        write(about="pi_2", expires_at=now()),
    )
    for each in (in_time, late):
        mail.send(each.pk)
        each.refresh_from_db()
    assert (mail.state_of(in_time), mail.state_of(late)) == ("sent", "given up")
    assert len(django_mail.outbox) == 1


class TestAtMostOnce:
    def test_it_is_forgotten_once_sent(self) -> None:
        queued = write(at_most_once=True)
        mail.send(queued.pk)
        queued.refresh_from_db()
        assert (queued.recipient, queued.text, queued.html) == ("", "", "")
        assert queued.sent_at is not None
        assert len(django_mail.outbox) == 1

    def test_a_process_that_died_while_sending_is_not_repeated(self) -> None:
        queued = write(at_most_once=True)
        with refusing(SystemExit()), pytest.raises(SystemExit):
            mail.send(queued.pk)
        mail.send(queued.pk)
        assert django_mail.outbox == []

    def test_a_clear_refusal_is_tried_again(self) -> None:
        queued = write(at_most_once=True)
        with refusing(smtplib.SMTPRecipientsRefused({})):
            mail.send(queued.pk)
        mail.send(queued.pk)
        assert len(django_mail.outbox) == 1

    def test_an_unknown_outcome_stays_unknown_and_the_address_goes(self) -> None:
        queued = write(at_most_once=True)
        with refusing(TimeoutError()):
            mail.send(queued.pk)
        mail.send(queued.pk)
        queued.refresh_from_db()
        assert django_mail.outbox == []
        assert mail.state_of(queued) == "perhaps not sent"
        assert queued.recipient == ""

    def test_an_address_in_hand_when_a_process_died_is_forgotten_all_the_same(self) -> None:
        queued = write(at_most_once=True)
        with refusing(SystemExit()), pytest.raises(SystemExit):
            mail.send(queued.pk)
        mail.close_abandoned(now() + timedelta(minutes=14))
        queued.refresh_from_db()
        assert queued.recipient  # it may still be on its way
        mail.close_abandoned(now() + timedelta(minutes=16))
        queued.refresh_from_db()
        assert (queued.recipient, queued.text) == ("", "")
        assert mail.state_of(queued) == "perhaps not sent"

    @pytest.mark.parametrize(
        "error", [ConnectionRefusedError(), socket.gaierror(), OSError(errno.ENETUNREACH, "")]
    )
    def test_a_server_that_was_never_reached_is_asked_again(
        self, error: Exception, run_jobs: RunJobs
    ) -> None:
        write(at_most_once=True)
        with refusing(error):
            run_jobs()
        run_jobs(at=now() + timedelta(minutes=2))
        assert len(django_mail.outbox) == 1

    def test_a_refusal_is_kept_with_its_next_try_or_not_at_all(self) -> None:
        queued = write(at_most_once=True)
        with (
            refusing(ConnectionRefusedError()),
            mock.patch.object(OutgoingMail, "save", side_effect=[None, SystemExit()]),
            pytest.raises(SystemExit),
        ):
            mail.send(queued.pk)
        # Only the first job, of the mail itself: none that would send what is marked as in hand.
        assert ProcrastinateJob.objects.filter(status="todo").count() == 1
