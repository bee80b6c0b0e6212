import base64
import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.http import Request
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from .common import SatisfactionCommon


class WaysCase(SatisfactionCommon):
    def get_answers(self):
        """What is stored of the customer."""
        return self.env["survey.user_input"].search(
            [("partner_id", "=", self.partner.id)]
        )


@tagged("post_install", "-at_install")
class TestEntry(WaysCase, HttpCase):
    """Answers on the phone, on paper and face to face, entered by a colleague."""

    def setUp(self):
        super().setUp()
        self.colleague = self.user(
            "colleague",
            "group_satisfaction_user",
            "customer_complaint.group_complaint_manager",
            lang="en_US",
        )

    def enter(self, user=None, **values):
        entry = Form(
            self.env["customer.satisfaction.entry"].with_user(user or self.colleague)
        )
        for name, value in {"survey_id": self.survey, **values}.items():
            setattr(entry, name, value)
        return entry.save().action_enter()["url"]

    def entry_about(self, record):
        """The dialog as opened from this record."""
        return Form(
            self.env["customer.satisfaction.entry"]
            .with_user(self.colleague)
            .with_context(active_model=record._name, active_id=record.id)
        )

    def test_answer_on_paper_keeps_method_interviewer_and_the_day_it_was_given(self):
        # S-17, S-31
        said_at = self.now - timedelta(days=3)
        url = self.enter(
            survey_method="paper", partner_id=self.partner, said_at=said_at
        )
        answer = self.get_answers()
        self.assertNotEqual(answer.state, "done")
        self.survey.interview_guide = "<p>Begin with thanks.</p>"
        self.nps.interviewer_note = "Ask why."
        self.authenticate("colleague", "colleague")
        page = self.url_open(url).text
        self.assertIn("Begin with thanks.", page)  # S-18
        self.assertIn("Ask why.", page)
        self.assertIn("Paper", page)
        form = {f"q{q.id}": text for q, text in self.answers(grade=2).items()}
        form["csrf_token"] = Request.csrf_token(self)
        self.assertEqual(self.url_open(url, data=form).status_code, 200)
        answer.invalidate_recordset()
        self.assertEqual((answer.state, answer.csat_grade), ("done", 2))
        self.assertEqual(answer.end_datetime, said_at.replace(microsecond=0))
        self.assertEqual(answer.survey_method, "paper")
        self.assertEqual(answer.answer_method, "staff")
        self.assertEqual(answer.interviewer_id, self.colleague)
        self.assertEqual(answer.recorded_by_id, self.colleague)
        self.assertEqual(answer.partner_id, self.partner)
        self.authenticate(None, None)
        self.assertNotIn("Begin with thanks.", self.url_open(url).text)

    def test_about_a_complaint_it_is_the_rounds_one_answer(self):
        complaint = self.closed()
        entry = self.entry_about(complaint)
        self.assertEqual(entry.partner_id, self.partner)
        self.assertEqual(entry.survey_id, self.survey)
        entry.save().action_enter()
        answer = self.get_answers()
        self.assertEqual(answer.complaint_id, complaint)
        self.enter(complaint_id=complaint)
        self.assertEqual(self.get_answers(), answer)
        answer._save_satisfaction(self.answers(grade=3), "link")
        self.assertEqual(
            (answer.survey_method, answer.interviewer_id.id), ("online", False)
        )
        with self.assertRaisesRegex(UserError, "The customer answered on"):
            self.enter(complaint_id=complaint)
        self.assertIn("The customer answered on", self.entry_about(complaint).notice)

    def test_about_an_order_it_is_the_answer_that_waits_and_none_twice(self):
        order = self.order()
        asked = self.survey._create_answer(partner=self.partner)
        asked.sale_order_id = order
        self.enter(order_id=order)
        self.assertEqual(self.get_answers(), asked)
        asked._save_satisfaction(self.answers(grade=2), "staff", self.colleague)
        entry = self.entry_about(order)
        entry.survey_id = self.survey
        self.assertIn("What you enter replaces it", entry.notice)
        asked._save_satisfaction(self.answers(grade=3), "link")
        entry = self.entry_about(order)
        self.assertFalse(entry.notice)
        entry.survey_id = self.survey
        self.assertIn("The customer answered on", entry.notice)
        with self.assertRaisesRegex(UserError, "with the same link.$"):
            entry.save().action_enter()
        self.assertEqual(self.get_answers(), asked)
        other = self.env["res.partner"].create({"name": "Colleague of hers"})
        self.enter(order_id=order, partner_id=other)
        self.assertEqual(self.get_answers(), asked)
        theirs = self.env["survey.user_input"].search([("partner_id", "=", other.id)])
        self.assertEqual(theirs.sale_order_id, order)

    def test_second_answer_about_an_order_is_left_out(self):
        order = self.order()
        values = {"partner": self.partner, "sale_order_id": order.id}
        first, second = (self.survey._create_answer(**values) for _turn in range(2))
        for answer, method in ((first, "link"), (second, "staff")):
            answer._save_satisfaction(self.answers(grade=3), method)
        self.assertEqual([first.exclusion, second.exclusion], [False, "duplicate"])

    def test_dialog_chooses_the_survey_of_the_plans_if_it_is_one(self):
        order = self.order()
        self.assertFalse(self.entry_about(order).survey_id)
        self.assertFalse(self.entry_about(self.partner).survey_id)
        plan = self.plan_after("order_confirmed")
        self.assertEqual(self.entry_about(order).survey_id, self.survey)
        self.assertFalse(self.entry_about(self.partner).survey_id)
        other = self.survey.copy()
        self.plan_after("document", survey_id=other.id)
        self.assertFalse(self.entry_about(order).survey_id)
        plan.active = False
        self.assertEqual(self.entry_about(order).survey_id, other)
        entry = self.env["customer.satisfaction.entry"].create({"order_id": order.id})
        self.assertEqual(entry.survey_id, other)

    def test_who_reads_no_orders_enters_answers_of_customers_only(self):
        reader = self.user("entering_reader", "group_satisfaction_user")
        self.assertIn("/satisfaction/", self.enter(reader, partner_id=self.partner))
        self.assertEqual(len(self.get_answers()), 1)
        entry = self.env["customer.satisfaction.entry"].with_user(reader)
        values = {"order_id": self.order().id, "survey_id": self.survey.id}
        with self.assertRaises(AccessError):
            entry.create(values).action_enter()

    def test_nothing_to_enter(self):
        self.assertFalse(self.env["customer.satisfaction.entry"].action_enter())

    def test_refusals_say_why(self):
        with self.assertRaisesRegex(UserError, "later than now"):
            self.enter(said_at=self.now + timedelta(days=1))
        self.env["survey.question"].create(
            {"survey_id": self.survey.id, "title": "When?", "question_type": "date"}
        )
        with self.assertRaisesRegex(UserError, "cannot be entered here"):
            self.enter()
        with self.assertRaises(AccessError):
            self.enter(self.user("outsider"))

    def test_answer_is_entered_for_ones_own_company_only(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        entry = self.env["customer.satisfaction.entry"].with_user(self.colleague)
        entry = entry.create(
            {"partner_id": self.partner.id, "survey_id": self.survey.id}
        )
        entry.sudo().company_id = elsewhere
        with self.assertRaises(AccessError):
            entry.action_enter()
        self.assertFalse(self.get_answers())


@tagged("post_install", "-at_install")
class TestDocuments(WaysCase, HttpCase):
    """The question on orders and invoices."""

    def setUp(self):
        super().setUp()
        self.plan.trigger = "document"
        self.product = self.env["product.product"].create(
            {"name": "Table", "type": "service", "invoice_policy": "order"}
        )
        self.order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        self.order.action_confirm()
        company = self.order.company_id
        company.satisfaction_on_orders = company.satisfaction_on_invoices = False
        self.authenticate(None, None)

    def path(self, order=None):
        url = (order or self.order)._get_document_url()
        return url[url.index("/satisfaction/") :]

    def post(self, path, **values):
        form = {f"q{q.id}": text for q, text in self.answers(**values).items()}
        form["csrf_token"] = Request.csrf_token(self)
        page = self.url_open(path, data=form)
        self.env.invalidate_all()
        return page

    def test_code_gives_one_answer_of_the_plan_about_the_order(self):
        # S-26, S-30, S-32
        path = self.path()
        for _time in range(3):
            page = self.url_open(path)
            self.assertEqual(page.status_code, 200)
            self.assertIn(self.order.name, page.text)
            self.url_open(path, method="HEAD")
        self.assertFalse(self.get_answers(), "looking stores nothing")
        self.assertEqual(self.post(path, grade=4, comment="Private").status_code, 200)
        answer = self.get_answers()
        self.assertEqual((answer.state, answer.csat_grade), ("done", 4))
        self.assertEqual(answer.sale_order_id, self.order)
        self.assertEqual(answer.partner_id, self.partner)
        self.assertEqual(answer.survey_method, "qr")
        self.assertEqual(answer.event_date, self.order.date_order)
        again = self.post(path, grade=1)
        self.assertIn("You have answered already", again.text)
        self.assertNotIn("Private", again.text)
        self.assertEqual((answer.csat_grade, answer.exists()), (4, answer))
        self.assertFalse(self.order._get_document_url(), "and it is not asked again")

    def test_who_answered_the_same_survey_by_mail_is_not_asked_on_paper(self):
        mailed = self.survey.sudo()._create_answer(
            partner=self.partner, sale_order_id=self.order.id
        )
        self.assertTrue(self.order._get_document_url())
        printed = self.path()
        mailed._save_satisfaction(self.answers(grade=4), "link")
        self.assertFalse(self.order._get_document_url())
        for page in (self.url_open(printed), self.post(printed, grade=1)):
            self.assertIn("You have answered already", page.text)
        self.assertEqual(self.get_answers(), mailed, "an older paper gives no second")

    def test_answer_about_a_complaint_of_the_order_is_none_about_the_order(self):
        # S-26, S-32
        complaint = self.closed(order_id=self.order.id)
        said = self.survey._create_answer(
            partner=self.partner, complaint_id=complaint.id
        )
        said._save_satisfaction(self.answers(grade=4), "link")
        self.assertEqual((said.state, said.sale_order_id), ("done", self.order))
        self.assertEqual(self.post(self.path(), grade=5).status_code, 200)
        answers = self.get_answers()
        self.assertEqual(answers.mapped("csat_grade"), [5, 4])
        self.assertEqual(answers.mapped("state"), ["done", "done"])
        self.assertFalse(self.order._get_document_url())

    def test_who_answered_an_earlier_version_is_not_asked_on_paper(self):
        # S-30
        printed = self.path()
        mailed = self.survey._create_answer(
            partner=self.partner, sale_order_id=self.order.id
        )
        mailed._save_satisfaction(self.answers(grade=4), "link")
        self.survey.action_new_version()
        self.assertNotEqual(self.plan.survey_id, self.survey)
        self.assertFalse(self.order._get_document_url())
        self.assertIn("You have answered already", self.url_open(printed).text)

    def test_code_asks_only_what_its_page_can_ask(self):
        other = self.survey.copy()
        other.question_ids = [
            Command.create({"title": "When?", "question_type": "date"})
        ]
        with self.assertRaisesRegex(ValidationError, "code on documents"):
            self.plan.survey_id = other

    def test_nothing_chosen_is_no_answer(self):
        self.survey.question_ids.constr_mandatory = False
        path = self.path()
        nothing = {f"q{q.id}": "" for q in self.survey.question_ids}
        page = self.url_open(
            path, data={**nothing, "csrf_token": Request.csrf_token(self)}
        )
        self.assertEqual(page.status_code, 422)
        self.assertIn("answer at least one question", page.text)
        self.assertFalse(self.get_answers())

    def test_incomplete_answer_is_kept_and_goes_on(self):
        path = self.path()
        self.assertEqual(self.post(path, grade=None).status_code, 422)
        answer = self.get_answers()
        self.assertEqual(answer.state, "in_progress")
        self.assertEqual(self.post(path, grade=3).status_code, 200)
        self.assertEqual(self.get_answers(), answer)
        self.assertEqual(answer.state, "done")

    def test_unfinished_answer_goes_on_with_the_version_it_began_with(self):
        path = self.path()
        self.post(path, grade=None)
        answer = self.get_answers()
        new = self.env["survey.survey"].browse(
            self.survey.action_new_version()["res_id"]
        )
        self.assertEqual(self.plan.survey_id, new)
        self.assertIn(f'name="q{self.csat.id}"', self.url_open(path).text)
        self.assertEqual(self.post(path, grade=3).status_code, 200)
        self.assertEqual((answer.state, answer.csat_grade), ("done", 3))
        asked = answer.user_input_line_ids.question_id
        self.assertEqual(asked.survey_id, self.survey)

    @mute_logger("odoo.http")
    def test_forged_addresses_and_posts_without_session_are_refused(self):
        path = self.path()
        other = self.order.copy()
        other.action_confirm()
        for wrong in (
            path[:-1],
            path.replace(f"/{self.order.id}/", f"/{other.id}/"),
            path.replace(f"/{self.order.id}/", f"/{2**40}/"),
            # An order that is there answers as one that is not.
            f"/satisfaction/order/{self.order.id}/%C3%A9",
        ):
            page = self.url_open(wrong)
            self.assertEqual(page.status_code, 404)
            self.assertNotIn("e-mail", page.text)
        form = {f"q{q.id}": text for q, text in self.answers().items()}
        self.assertEqual(self.url_open(path, data=form).status_code, 400)
        self.assertFalse(self.get_answers())
        self.order.partner_id = self.env["res.partner"].create({"name": "Next"})
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_documents_carry_it_where_the_company_wants_it(self):
        Report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        company = self.order.company_id
        invoice = self.order._create_invoices()
        invoice.action_post()
        for field, report, record in (
            ("satisfaction_on_orders", "sale.report_saleorder", self.order),
            ("satisfaction_on_invoices", "account.report_invoice", invoice),
        ):
            html = Report._render_qweb_html(report, record.ids)[0].decode()
            self.assertNotIn("/satisfaction/order/", html)
            company[field] = True
            html = Report._render_qweb_html(report, record.ids)[0].decode()
            self.assertIn(self.path(), html)
            image = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
            self.assertIn(b"<svg", base64.b64decode(image[1]))
        draft = self.order.copy()
        html = Report._render_qweb_html("sale.report_saleorder", draft.ids)[0].decode()
        self.assertNotIn("/satisfaction/order/", html)

    def test_portal_shows_what_is_awaited_of_this_person(self):
        self.order.company_id.satisfaction_on_orders = True
        page = self.url_open(self.order.get_portal_url()).text
        self.assertIn(self.path(), page)
        asked = self.survey._create_answer(partner=self.partner)
        user = self.user("portal_ines")
        user.write(
            {
                "group_ids": [Command.set([self.env.ref("base.group_portal").id])],
                "partner_id": self.partner.id,
            }
        )
        self.authenticate("portal_ines", "portal_ines")
        self.assertNotIn("Open until", self.url_open("/my").text)
        asked.write({"plan_id": self.plan.id, "deadline": self.now + timedelta(days=3)})
        self.assertIn(asked.get_start_url(), self.url_open("/my").text)
        asked.write({"state": "done"})
        self.assertNotIn(asked.get_start_url(), self.url_open("/my").text)


@tagged("post_install", "-at_install")
class TestOtherSources(SatisfactionCommon):
    """Ratings from elsewhere, sessions, and the question in a message."""

    def load(self, *rows):
        result = (
            self.env["customer.satisfaction.rating"]
            .with_context(tz="UTC")
            .load(
                ["source", "external_ref", "date", "metric", "value", "comment"],
                [list(map(str, row)) for row in rows],
            )
        )
        self.assertFalse(result["messages"], result)
        return self.env["customer.satisfaction.rating"].browse(result["ids"])

    def test_ratings_become_answers_on_their_own_scale_and_repeat_safely(self):
        # S-20
        rows = [
            ("chat", "c1", "2026-05-01 10:00:00", "csat", 2, "Slow"),
            ("review", "c1", "2026-05-02 10:00:00", "nps", 0, ""),
            ("app", "a1", "2026-05-03 10:00:00", "effort_7", 7, ""),
        ]
        ratings = self.load(*rows)
        answers = ratings.user_input_id
        self.assertEqual(len(answers), 3)
        self.assertEqual(answers.mapped("state"), ["done"] * 3)
        self.assertEqual(answers.mapped("csat_grade"), [2, 0, 0])
        self.assertEqual(answers.mapped("nps_group"), [False, "detractor", False])
        self.assertEqual(answers.mapped("survey_method"), ["chat", "review", "app"])
        self.assertEqual(
            answers.mapped("end_datetime"),
            [fields.Datetime.to_datetime(row[2]) for row in rows],
        )
        self.assertEqual(answers[0].satisfaction_comment, "Slow")
        changed = [(*rows[0][:4], 5, "Fine after all"), *rows[1:]]
        again = self.load(*changed)
        self.assertEqual(again, ratings)
        self.assertEqual(again.user_input_id, answers)
        self.assertEqual(answers[0].csat_grade, 5)
        self.assertEqual(answers[0].satisfaction_comment, "Fine after all")
        self.assertEqual(answers[1].nps_group, "detractor")
        self.assertEqual(len(answers.user_input_line_ids), 4)

    def test_many_ratings_are_stored_together(self):
        def rows(name, count):
            return [
                {"source": "app", "external_ref": f"{name}{n}", "value": 1 + n % 5}
                for n in range(count)
            ]

        Rating = self.env["customer.satisfaction.rating"]
        Rating.create(rows("warm", 1))
        counts = []
        for count in (5, 50):
            self.env.flush_all()
            before = self.cr.sql_log_count
            Rating.create(rows(f"many{count}", count))
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 25, counts)

    def test_rating_makes_its_own_answer_and_touches_no_other(self):
        chief = self.user("rating_chief", "group_satisfaction_manager")
        theirs = self.invited()
        theirs._save_satisfaction(self.answers(grade=5), "link")
        values = {"source": "app", "external_ref": "x", "value": 1}
        Rating = self.env["customer.satisfaction.rating"].with_user(chief)
        with self.assertRaises(AccessError):
            Rating.create({**values, "user_input_id": theirs.id})
        rating = Rating.create(values)
        for again in (rating.write, lambda vals: Rating.create({**values, **vals})):
            with self.assertRaises(AccessError):
                again({"user_input_id": theirs.id})
        self.assertEqual(theirs.csat_grade, 5)

    @mute_logger("odoo.sql_db")
    def test_rating_that_is_not_on_its_scale_is_refused(self):
        result = self.env["customer.satisfaction.rating"].load(
            ["source", "external_ref", "metric", "value"], [["chat", "x", "csat", "6"]]
        )
        self.assertIn("not on its scale", result["messages"][0]["message"])

    def test_empty_rating_is_refused_and_zero_is_one(self):
        # S-20
        load = self.env["customer.satisfaction.rating"].load
        names = ["source", "external_ref", "metric", "value"]
        for empty in ("", False):
            result = load(names, [["chat", "x", "nps", empty]])
            self.assertIn("rating is empty", result["messages"][0]["message"])
        [known] = load(names, [["chat", "x", "nps", "0"]])["ids"]
        rating = self.env["customer.satisfaction.rating"].browse(known)
        self.assertEqual(rating.user_input_id.nps_group, "detractor")
        with self.assertRaises(ValidationError):
            rating.write({"value": False})

    def test_rating_is_neither_rounded_nor_anything_but_a_number(self):
        # S-20
        Rating = self.env["customer.satisfaction.rating"]
        values = {"source": "app", "external_ref": "x"}
        for value in (4.9, "4.9", "good", True, [4], float("nan")):
            with self.subTest(value=value), self.assertRaises(UserError):
                Rating.create({**values, "value": value})
        rating = Rating.create({**values, "value": "4"})
        self.assertEqual(rating.user_input_id.csat_grade, 4)
        with self.assertRaises(UserError):
            rating.write({"value": 4.5})
        self.assertEqual(Rating.create({**values, "value": 5.0}), rating)
        self.assertEqual(rating.user_input_id.csat_grade, 5)

    def test_reference_that_is_a_number_and_date_that_lies_ahead(self):
        Rating = self.env["customer.satisfaction.rating"]
        values = {"source": "app", "external_ref": 4711, "value": 2}
        rating = Rating.create(values)
        self.assertEqual(Rating.create({**values, "value": 4}), rating)
        self.assertEqual(rating.user_input_id.csat_grade, 4)
        with self.assertRaises(ValidationError):
            rating.date = self.now + timedelta(days=400)

    def test_session_keeps_participants_and_typed_findings(self):
        # S-19, S-22
        user = self.user("researcher", "group_satisfaction_user")
        session = Form(self.env["customer.satisfaction.session"].with_user(user))
        session.name = "Unpacking"
        session.kind = "experience_test"
        session.participant_ids.add(self.partner)
        for kind in ("pain", "delight", "improvement"):
            with session.finding_ids.new() as finding:
                finding.kind = kind
                finding.text = f"A {kind} point"
        session = session.save()
        self.assertEqual(session.finding_count, 3)
        self.assertEqual(
            session.finding_ids.mapped("kind"), ["pain", "delight", "improvement"]
        )
        self.assertEqual(session.finding_ids.mapped("date"), [session.date] * 3)

    def test_message_asks_the_first_question_in_the_customers_language(self):
        #
        answer = self.invited()
        mail = self.env["mail.mail"].search(
            [("model", "=", "survey.user_input"), ("res_id", "=", answer.id)]
        )
        links = re.findall(r'href="([^"]*/satisfaction/[^"]*)"', mail.body_html)
        for option in self.solved.suggested_answer_ids:
            url = f"{answer._get_answer_url()}?q{self.solved.id}={option.id}"
            self.assertIn(url, links)
            self.assertIn(option.value, mail.body_html)
        self.assertIn(answer._get_stop_url(), links)
        self.assertEqual(len(links), 3)
        order = self.env.ref("customer_satisfaction.mail_template_order")
        answer.lang_id = self.chinese()
        body = order._render_field("body_html", answer.ids, compute_lang=True)
        self.assertIn("是的，已解决", body[answer.id])
