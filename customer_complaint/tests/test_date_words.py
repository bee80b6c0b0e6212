import doctest
from datetime import date

from odoo.tests import TransactionCase, tagged

from ..tools import commitment_marker, date_words

TODAY = date(2026, 11, 22)  # a Sunday


@tagged("post_install", "-at_install")
class TestDateWords(TransactionCase):
    """Dates in free text, and the marked place of a date; plain Python."""

    def test_dates_to_come_are_found_in_english_and_chinese(self):
        # C-89
        for words in (
            "2026-11-30 | 2026/11/30 | 30.11.2026 | 11/30/26 | 30/11 | 30.11. | by 2/12 | "
            "Nov 30 | November 30th, 2026 | 30 November | 5th of May | tomorrow | "
            "the day after tomorrow | by Friday | on Monday | next week | before noon | "
            "the end of this week | in 3 days | in the next two weeks | within 48 hours | "
            "within 48h | within two working days | by 16:00 | until 5 pm | bis 30.11. | "
            "明天 | 后天 | 周五之前 | 下周一 | 本周内 | 星期三 | 11月30日 | 2026年12月1日 | "
            "3天内 | 两个工作日内 | 24小时内 | 三天后 | 月底前 | 今天下班前"
        ).split(" | "):
            with self.subTest(words=words):
                sentence = f"We come back to you {words}"
                if words == "30.11.":
                    sentence = words
                self.assertEqual(
                    date_words.find_dates(sentence, TODAY)[:1], [words], sentence
                )

    def test_numbers_prices_and_the_past_are_left_alone(self):
        for text in (
            "Order S00017 of 2026-10-01",
            "Complaint CC/2026/00042, invoice INV/2026/11/30",
            "It costs 30.11. Thank you.",
            "120.50 EUR, 2/3 of the price, 30/11 mm",
            "We are there 24/7, phone 02/555 01 01 or +32 2 555 01 01",
            "Version 1.12.3",
            "On Nov 2, 2026 we received it, 3 days ago, last Friday.",
            "You may 3 times open the month of May in one piece.",
            "11月3日收到您的投诉，上周五、每周一、两周一次。",
            "订单 20261130 共 3 件，价格 30.11 元",
            "",
        ):
            with self.subTest(text=text):
                self.assertEqual(date_words.find_dates(text, TODAY), [])

    def test_each_date_is_named_once_and_in_order(self):
        text = "Tomorrow we look at it, and by Friday, 27 November, you hear from us."
        self.assertEqual(
            date_words.find_dates(text, TODAY), ["Tomorrow", "by Friday", "27 November"]
        )

    def test_the_marked_place_is_filled_and_nothing_else_is_touched(self):
        span = '<span style="x" class="a o_complaint_commitment">(date)</span>'
        html = f"<p>By {span} & <span>again</span> {span}</p>"
        self.assertEqual(
            commitment_marker.fill_marker(html, "<1 May>"),
            "<p>By &lt;1 May&gt; & <span>again</span> &lt;1 May&gt;</p>",
        )
        kept = commitment_marker.fill_marker(html, "1 May", keep=True)
        self.assertEqual(
            commitment_marker.fill_marker(kept, "2 May"),
            "<p>By 2 May & <span>again</span> 2 May</p>",
        )
        self.assertFalse(commitment_marker.has_marker("<p>o_complaint_commitment</p>"))
        self.assertFalse(commitment_marker.has_marker(False))
        broken = '<p>By <span class="o_complaint_commitment">x</p>'
        self.assertIn("1 May", commitment_marker.fill_marker(broken, "1 May"))

    def test_examples_in_the_documentation_hold(self):
        for module in (date_words, commitment_marker):
            result = doctest.testmod(module)
            self.assertGreater(result.attempted, 0)
            self.assertEqual(result.failed, 0)
