import base64
import logging
import random
import traceback

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import mail_reading
from .mail_common import GATEWAY_LOGS, MailGatewayCommon

_logger = logging.getLogger(__name__)

# Core says so when it gives up on a letter, or leaves out what it cannot read.
CORE_LOGS = ("odoo.sql_db", "odoo.tools.mail", "odoo.addons.base.models.ir_attachment")

HEAD = (
    b"Message-ID: <%s@mime.example>\r\nFrom: Test Customer <t.customer@example.com>\r\n"
    b"To: desk@complaint-test.example\r\nMIME-Version: 1.0\r\n"
)


def raw_letter(key, *lines):
    """Letter byte by byte: headers after the usual ones, an empty line, the body."""
    return HEAD % key.encode() + b"\r\n".join(lines) + b"\r\n"


@tagged("post_install", "-at_install")
class TestGatewayMime(MailGatewayCommon):
    """Letters as programs really write them: languages, files, broken ones."""

    def files(self, complaint):
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        return sorted(attachments.mapped("name"))

    def notes(self, complaint):
        messages = complaint.message_ids.filtered(
            lambda m: m.message_type == "notification"
        )
        return "".join(messages.mapped("body"))

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------
    def test_chinese_subject_name_text_and_file_name_in_utf_8_and_gb(self):
        # C-15
        for charset in ("utf-8", "gb18030"):
            word = base64.b64encode("柜门开裂".encode(charset)).decode()
            name = base64.b64encode("照片 1.jpg".encode(charset)).decode()
            complaint = self.process(
                raw_letter(
                    f"zh-{charset}",
                    f"Subject: =?{charset}?B?{word}?=".encode(),
                    b'Content-Type: multipart/mixed; boundary="x"',
                    b"",
                    b"--x",
                    f"Content-Type: text/plain; charset={charset}".encode(),
                    b"Content-Transfer-Encoding: base64",
                    b"",
                    base64.b64encode("收到时柜门已经开裂。".encode(charset)),
                    b"--x",
                    f'Content-Type: image/jpeg; name="=?{charset}?B?{name}?="'.encode(),
                    b"Content-Disposition: attachment",
                    b"Content-Transfer-Encoding: base64",
                    b"",
                    base64.b64encode(self.picture(64, 64, kind="JPEG")),
                    b"--x--",
                )
            )
            self.assertEqual(complaint.title, "柜门开裂")
            self.assertEqual(complaint.description, "收到时柜门已经开裂。")
            self.assertEqual(self.files(complaint), ["照片 1.jpg"])

    def test_html_alone_becomes_plain_text_in_the_description(self):
        complaint = self.process(
            raw_letter(
                "html",
                b"Subject: HTML",
                b"Content-Type: text/html; charset=utf-8",
                b"",
                b"<html><body><p>The <b>door</b> broke.</p><p>Twice.</p>"
                b"<script>alert(1)</script></body></html>",
            )
        )
        self.assertIn("The *door* broke.", complaint.description)
        self.assertIn("Twice.", complaint.description)
        self.assertNotIn("alert", complaint.message_ids[0].body)

    def test_an_empty_letter_is_a_complaint_with_a_title(self):
        complaint = self.process(raw_letter("empty", b"", b""))
        self.assertEqual(complaint.title, "E-mail from t.customer@example.com")
        self.assertFalse(complaint.description)
        self.assertTrue(self.sent(complaint))

    def test_a_wrong_or_unknown_charset_loses_no_letter(self):
        for charset in ("us-ascii", "gb2312", "x-unknown-8bit", "not-a-charset"):
            complaint = self.process(
                raw_letter(
                    f"cs-{charset}",
                    b"Subject: Caf\xe9 door",
                    f"Content-Type: text/plain; charset={charset}".encode(),
                    b"Content-Transfer-Encoding: 8bit",
                    b"",
                    "Die Tür ist kaputt.".encode(),
                )
            )
            self.assertTrue(complaint, charset)
            self.assertIn("ist kaputt", complaint.description)

    def test_signs_that_no_database_takes_are_left_out(self):
        complaint = self.process(
            raw_letter(
                "nul",
                b"Subject: A\x00B \x01door \xed\xa0\x80",
                b"Content-Type: text/plain; charset=utf-8",
                b"",
                b"One\x00two\x0bthree",
            )
        )
        self.env.flush_all()
        self.assertTrue(complaint.title)
        self.assertNotIn("\x00", complaint.description)

    def test_the_text_of_a_huge_letter_stands_in_the_chatter(self):
        complaint = self.receive("A long story. " * 40_000)
        self.assertEqual(len(complaint.description), mail_reading.MAX_TEXT)
        letter = complaint.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertGreater(len(letter.body), 500_000)

    def test_a_deeply_nested_letter_is_read(self):
        depth = 60
        lines = [b"Subject: Nested"]
        for level in range(depth):
            lines += [
                f'Content-Type: multipart/mixed; boundary="b{level}"'.encode(),
                b"",
                f"--b{level}".encode(),
            ]
        lines += [b"Content-Type: text/plain", b"", b"At the bottom."]
        lines += [f"--b{level}--".encode() for level in reversed(range(depth))]
        complaint = self.process(raw_letter("nested", *lines))
        self.assertIn("At the bottom.", complaint.description)

    def test_a_letter_passed_on_as_attachment_names_its_writer(self):
        self.handler.email = "handler@complaint-test.example"
        inner = self.letter(
            "It broke.", sender="Anna Inner <inner@example.org>", subject="Inside"
        )
        raw = (
            b"Message-ID: <outer@mime.example>\r\n"
            b"From: handler@complaint-test.example\r\n"
            b"To: desk@complaint-test.example\r\nSubject: Fw: Inside\r\n"
            b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="o"\r\n\r\n'
            b"--o\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n"
            b"--o\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--o--\r\n"
        )
        complaint = self.process(raw)
        self.assertEqual(complaint.email_from, "inner@example.org")
        self.assertEqual(complaint.partner_name, "Anna Inner")
        self.assertEqual(self.files(complaint), ["attachment.eml"])

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------
    def test_photos_recordings_and_documents_are_evidence(self):
        # C-15
        heic = b"\x00\x00\x00\x18ftypheic" + bytes(400)
        complaint = self.receive(
            files=[
                ("IMG_0001.HEIC", heic, "image", "heic"),
                ("crack.jpg", self.picture(40, 40, kind="JPEG"), "image", "jpeg"),
                ("call.mp3", b"ID3" + bytes(99), "audio", "mpeg"),
                ("order.pdf", b"%PDF-1.4 x", "application", "pdf"),
            ]
        )
        self.assertEqual(
            self.files(complaint),
            ["IMG_0001.HEIC", "call.mp3", "crack.jpg", "order.pdf"],
        )
        self.assertFalse(self.notes(complaint))

    def inline(self, subject, *pictures, key=None):
        """A letter whose text shows pictures (content id, bytes)."""
        shown = "".join(f'<p>Look <img src="cid:{cid}"></p>' for cid, _raw in pictures)
        lines = [
            f"Subject: {subject}".encode(),
            b'Content-Type: multipart/related; boundary="r"',
            b"",
            b"--r",
            b"Content-Type: text/html; charset=utf-8",
            b"",
            f"<div>Hello {shown}</div>".encode(),
        ]
        for cid, raw in pictures:
            lines += [
                b"--r",
                f'Content-Type: image/png; name="{cid}.png"'.encode(),
                f"Content-ID: <{cid}>".encode(),
                b"Content-Disposition: inline",
                b"Content-Transfer-Encoding: base64",
                b"",
                base64.encodebytes(raw).strip().replace(b"\n", b"\r\n"),
            ]
        return raw_letter(key or subject, *lines, b"--r--")

    def test_logos_of_signatures_are_not_filed_and_leave_no_hole(self):
        photo = self.picture(400, 300, noise=True)
        logo = self.picture(220, 70)
        self.assertGreater(len(logo), 0)
        complaint = self.process(
            self.inline("inline", ("photo", photo), ("logo", logo))
        )
        self.assertEqual(self.files(complaint), ["photo.png"])
        letter = complaint.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(letter.body.count("<img"), 1)
        self.assertIn("/web/image/", letter.body)
        # The next letter quotes the photo, and shows a new one.
        other = self.picture(300, 300, noise=True)
        joined = self.process(
            self.inline(complaint.name, ("photo", photo), ("other", other), key="2")
        )
        self.assertEqual(joined, complaint)
        self.assertEqual(self.files(complaint), ["other.png", "photo.png"])

    def test_a_photo_is_filed_as_it_was_sent_also_a_broken_one(self):
        # C-15
        photo = self.picture(2400, 1200, kind="JPEG")
        broken = self.picture(40, 40).replace(b"IDAT", b"\x16\xab\xb1\xeb")
        complaint = self.receive(
            files=[
                ("large.jpg", photo, "image", "jpeg"),
                ("broken.png", broken, "image", "png"),
            ]
        )
        files = self.env["ir.attachment"].search(
            [("res_model", "=", complaint._name), ("res_id", "=", complaint.id)]
        )
        self.assertEqual(
            {file.name: file.raw for file in files},
            {"large.jpg": photo, "broken.png": broken},
        )

    def test_a_small_picture_that_is_attached_is_evidence(self):
        complaint = self.receive(
            files=[("scratch.png", self.picture(20, 20), "image", "png")]
        )
        self.assertEqual(self.files(complaint), ["scratch.png"])

    def test_dangerous_files_are_kept_out_and_the_chatter_says_so(self):
        complaint = self.receive(
            files=[
                ("run.exe", b"MZ\x90", "application", "octet-stream"),
                ("photo.jpg", b"MZ\x90 a program", "image", "jpeg"),
                ("page.html", b"<script>", "application", "octet-stream"),
                ("..\\..\\ok.png", self.picture(9, 9), "image", "png"),
                ("smime.p7s", b"0\x82", "application", "pkcs7-signature"),
            ]
        )
        self.assertEqual(self.files(complaint), ["ok.png"])
        for name in ("run.exe", "photo.jpg", "page.html"):
            self.assertIn(f"{name} was not kept", self.notes(complaint))
        self.assertNotIn("smime", self.notes(complaint))

    def test_a_packet_of_outlook_is_kept_and_explained(self):
        complaint = self.receive(
            files=[
                ("winmail.dat", b"\x78\x9f\x3e\x22rest", "application", "ms-tnef"),
            ]
        )
        self.assertEqual(self.files(complaint), ["winmail.dat"])
        self.assertIn("only Outlook opens", self.notes(complaint))

    def test_a_file_without_a_name_gets_the_ending_of_its_content(self):
        raw = raw_letter(
            "nameless",
            b"Subject: Nameless",
            b'Content-Type: multipart/mixed; boundary="n"',
            b"",
            b"--n",
            b"Content-Type: text/plain",
            b"",
            b"See.",
            b"--n",
            b"Content-Type: image/png",
            b"Content-Transfer-Encoding: base64",
            b"",
            base64.encodebytes(self.picture(30, 30)).strip(),
            b"--n--",
        )
        self.assertEqual(self.files(self.process(raw)), ["attachment.png"])

    def test_25_megabytes_are_accepted_and_more_is_said(self):
        # C-15
        size = mail_reading.MAX_MAIL_FILE
        complaint = self.receive(
            files=[("big.mp4", bytes(size), "video", "mp4")], subject="Big"
        )
        self.assertEqual(self.files(complaint), ["big.mp4"])
        complaint = self.receive(
            files=[("bigger.mp4", bytes(size + 1), "video", "mp4")], subject="Bigger"
        )
        self.assertFalse(self.files(complaint))
        self.assertIn("larger than 25 MB", self.notes(complaint))

    def test_a_hundred_files_are_enough(self):
        complaint = self.receive(
            files=[
                (f"{n}.txt", b"x", "application", "octet-stream") for n in range(103)
            ]
        )
        self.assertEqual(len(self.files(complaint)), 100)
        self.assertIn("3 more files", self.notes(complaint))


# ----------------------------------------------------------------------
# Anything at all
# ----------------------------------------------------------------------
class FuzzCommon(MailGatewayCommon):
    """Letters spoilt at random: whatever comes in, no failure of ours and no half record."""

    PIECES = (
        b"\x00",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        "柜门🙂".encode(),
        b"=?utf-8?B?//8=?=",
        b"=?x-none?Q?=00?=",
        b"\r\n",
        b"\r\n\r\n",
        b"--r",
        b"--r--",
        b"<",
        b">",
        b"@",
        b"\x00@\x00",
        b'"',
        b"(",
        b";charset=gb18030",
        b";charset=\xff",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Content-Type: message/rfc822\r\n",
        b"Content-Type: multipart/mixed; boundary=r\r\n",
        b"Content-ID: <>\r\n",
        b"Content-Disposition: attachment; filename*=utf-8''%00%ff\r\n",
        b"Received: ; Fri, 31 Feb 99999 99:99:99 +9999\r\n",
        b"Received: x; Thu, 01 Jan 1970 00:00:00 -0000\r\n",
        b"Cc: <>, a@, @b, a@b@c, =?utf-8?Q?=0A?= <x@y.example>\r\n",
        b"From: =?utf-8?B?AA==?= <a@\xff>\r\n",
        b"References: <\x00> <a> <b\r\n",
        b'<img src="cid:photo"><img src=cid:logo>',
        b"A" * 3000,
        b"CC/2026/00001 " * 50,
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Core's own protection would end the run after twenty.
        cls.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 10**9)
        cls.complaint = cls.make_complaint()
        cls.answer = cls.complaint.message_post(
            body="Hello.", message_type="comment", subtype_xmlid="mail.mt_comment"
        )

    def seeds(self):
        rich = self.letter(
            html='<p>See <img src="cid:photo"></p>',
            cc="Bob <bob@example.org>",
            files=[
                ("photo.png", self.picture(30, 30), "image", "png"),
                ("柜门.txt", b"x", "application", "octet-stream"),
            ],
        )
        reply = self.letter(
            "Again.",
            reply_to_id=self.answer.message_id,
            subject=f"Re: {self.complaint.name}",
        )
        return [
            rich,
            reply,
            self.letter("Plain."),
            self.letter(headers={"Auto-Submitted": "auto-replied"}),
        ]

    def spoil(self, rng, raw):
        """Letter with some bytes taken out, doubled, changed or put in."""
        data = bytearray(raw)
        for _time in range(rng.choice((1, 2, 4, 8, 20))):
            at = rng.randrange(len(data) + 1)
            match rng.randrange(5):
                case 0:
                    data[at:at] = rng.choice(self.PIECES)
                case 1:
                    del data[at : at + rng.choice((1, 10, 100))]
                case 2:
                    data[at : at + 1] = rng.randbytes(1)
                case 3:
                    data[at:at] = data[at : at + rng.choice((20, 200))]
                case 4:
                    # A whole line put between the headers.
                    line = data.find(b"\n", rng.randrange(min(len(data), 700) or 1))
                    data[line + 1 : line + 1] = rng.choice(self.PIECES)
        # Still written to the team: letters to nobody end in core.
        return b"Delivered-To: desk@complaint-test.example\r\n" + bytes(data)

    def run_letters(self, count, seed):
        """Process spoilt letters.

        :return: number of letters that were taken in
        """
        rng, taken = random.Random(seed), 0
        seeds = self.seeds()
        for index in range(count):
            raw = self.spoil(rng, rng.choice(seeds))
            before = self.count()
            try:
                with self.env.cr.savepoint(), mute_logger(*GATEWAY_LOGS, *CORE_LOGS):
                    self.env["mail.thread"].message_process(None, raw)
                    self.env.flush_all()
                taken += 1
            except Exception as failure:  # noqa: BLE001 that is what is looked for
                self.env.invalidate_all()
                self.assertEqual(self.count(), before, "half a record is left")
                frames = traceback.extract_tb(failure.__traceback__)
                ours = [
                    f"{frame.name} {frame.filename.rpartition('/')[2]}:{frame.lineno}"
                    for frame in frames
                    if "customer_complaint" in frame.filename
                    and "/tests/" not in frame.filename
                    # They stand in every way; what fails below them is core.
                    and frame.name not in ("message_parse", "message_route")
                ]
                self.assertFalse(
                    ours, f"letter {index} of seed {seed}: {failure!r}\n{raw!r}"
                )
        self.env["mail.mail"].search([]).unlink()
        return taken


@tagged("post_install", "-at_install")
class TestGatewayFuzz(FuzzCommon):
    def test_a_sample_of_spoilt_letters_does_no_harm(self):
        taken = self.run_letters(150, 5)
        self.assertGreater(taken, 120)


@tagged("post_install", "-at_install", "full")
class TestGatewayFuzzFull(FuzzCommon):
    def test_ten_thousand_spoilt_letters_do_no_harm(self):
        taken = 0
        for seed in range(40):
            taken += self.run_letters(250, seed)
            _logger.info("%s of %s letters were taken in.", taken, 250 * (seed + 1))
        self.assertGreater(taken, 8000)
