from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestProblem(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.frenchman = cls.env["res.partner"].create(
            {"name": "Client", "email": "client@example.com", "lang": "fr_FR"}
        )
        cls.problem = (
            cls.env["customer.complaint.problem"]
            .with_user(cls.handler)
            .create({"name": "Soft hinges", "is_systemic": True, "answer": "New ones."})
        )

    def make_tied(self, **values):
        complaint = self.make_owned(**values)
        complaint.problem_id = self.problem
        return complaint

    def open_answer(self, **values):
        wizard = self.env["customer.complaint.problem.answer"].with_user(self.handler)
        dialog = Form(wizard.with_context(default_problem_id=self.problem.id))
        for fname, value in values.items():
            dialog[fname] = value
        return dialog

    def last_words(self, complaint):
        return complaint.message_ids.filtered(lambda m: m.message_type == "comment")[:1]

    def test_one_answer_reaches_every_customer_in_his_language_and_closes_all(self):
        # C-72
        self.problem.with_context(lang="fr_FR").answer = "De nouvelles."
        one = self.make_tied()
        other = self.make_tied(partner_id=self.frenchman.id)
        self.assertEqual(self.problem.open_count, 2)
        dialog = self.open_answer()
        self.assertFalse(dialog.missing_languages)
        dialog.save().action_answer()
        for complaint, text in ((one, "New ones."), (other, "De nouvelles.")):
            message = self.last_words(complaint)
            self.assertIn(text, message.body)
            self.assertIn(complaint.name, message.body)
            self.assertIn(complaint.partner_id, message.notified_partner_ids)
            self.assertTrue(complaint.outcome_at)
            self.assertEqual(complaint.decision, "justified")
            self.assertEqual(self.row(complaint, "first_response").state, "done")
            self.assertEqual(complaint.stage_type, "closed")
            self.assertEqual(complaint.close_reason, "problem")
        self.assertEqual(self.problem.state, "solved")
        self.assertTrue(self.problem.solved_at)
        # Each customer may still say no.
        one.sudo()._confirm_by_customer("not_solved", "2", "")
        self.assertEqual((one.round, one.stage_type), (2, "assessed"))

    def test_who_cannot_be_told_is_named_and_stays_open(self):
        # C-72
        mute = self.make_tied(
            partner_id=False, partner_name="Caller", email_from=False, phone="12"
        )
        told = self.make_tied()
        action = self.open_answer().save().action_answer()
        self.assertIn(mute.name, action["params"]["message"])
        self.assertNotIn(told.name, action["params"]["message"])
        self.assertNotEqual(mute.stage_type, "closed")
        self.assertFalse(mute.outcome_at or mute.decision)
        self.assertEqual(told.stage_type, "closed")
        self.assertEqual(self.problem.state, "open")
        self.assertIn(mute.name, self.problem.message_ids[:1].body)

    def test_whose_mail_comes_back_was_not_told(self):
        # C-72
        gone = self.make_tied(partner_id=self.frenchman.id)
        self.frenchman.message_bounce = 3
        told = self.make_tied()
        action = self.open_answer().save().action_answer()
        self.assertIn("came back", action["params"]["message"])
        self.assertFalse(gone.outcome_at or gone.decision)
        self.assertNotEqual(gone.stage_type, "closed")
        self.assertEqual(told.stage_type, "closed")
        self.assertIn("1 of 2", self.problem.message_ids[:1].body)

    def test_who_is_anonymous_reads_the_answer_on_his_page(self):
        # C-72
        self.company.complaint_allow_anonymous = True
        nameless = self.make_tied(partner_id=False, is_anonymous=True)
        self.open_answer().save().action_answer()
        self.assertIn("New ones.", nameless._get_portal_messages()[:1].body)
        self.assertTrue(nameless.outcome_at)
        self.assertEqual(nameless.stage_type, "closed")

    def test_news_close_nothing_and_start_the_next_update(self):
        # C-72
        complaint = self.make_tied()
        self.open_answer(tells="update").save().action_answer()
        self.assertEqual(self.row(complaint, "first_response").state, "done")
        self.assertFalse(complaint.outcome_at)
        self.assertNotEqual(complaint.stage_type, "closed")
        self.assertEqual(self.problem.state, "open")

    def test_languages_without_a_translation_are_named_before_sending(self):
        self.make_tied(partner_id=self.frenchman.id)
        self.assertIn("French", self.open_answer().missing_languages)

    def test_other_teams_complaints_are_counted_but_told_by_nobody_else(self):
        # C-72
        mine = self.make_tied()
        theirs = self.make_complaint(
            team_id=self.other_team.id, problem_id=self.problem.id
        )
        self.assertEqual(self.problem.open_count, 2)
        dialog = self.open_answer()
        self.assertEqual(dialog.complaint_ids[:], mine)
        self.assertEqual(dialog.left_count, 1)
        dialog.save().action_answer()
        self.assertFalse(theirs.outcome_at)
        self.assertEqual(self.problem.state, "open")
        with self.assertRefused(UserError, "open still"):
            self.problem.action_solve()
        wizard = self.env["customer.complaint.problem.answer"].with_user(self.handler)
        with self.assertRaises(AccessError):
            wizard.create(
                {
                    "problem_id": self.problem.id,
                    "complaint_ids": [Command.set(theirs.ids)],
                    "answer": "x",
                }
            ).action_answer()
        untied = self.make_owned()
        with self.assertRefused(UserError, "not tied"):
            wizard.create(
                {
                    "problem_id": self.problem.id,
                    "complaint_ids": [Command.set(untied.ids)],
                    "answer": "x",
                }
            ).action_answer()

    def test_problems_of_other_teams_and_companies_are_not_seen(self):
        self.problem.team_id = self.team
        self.assertFalse(
            self.problem.with_user(self.colleague).search(
                [("name", "=", "Soft hinges")]
            )
        )
        self.assertTrue(self.problem.with_user(self.lead).name)
        with self.assertRaises(AccessError):
            self.problem.with_user(self.seller).read(["name"])
        foreign = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self.problem.sudo().create(
            {"name": "There", "company_id": foreign.id}
        )
        with self.assertRaises(AccessError):
            elsewhere.with_user(self.manager).read(["name"])
        with self.assertRefused(UserError, "company"):
            self.make_complaint().problem_id = elsewhere

    def test_complaints_are_tied_from_the_list(self):
        # C-72
        chosen = self.make_owned() + self.make_owned()
        wizard = self.env["customer.complaint.relate"].with_user(self.handler)
        dialog = Form(wizard.with_context(default_complaint_ids=chosen.ids))
        dialog.kind = "problem"
        dialog.problem_id = self.problem
        action = dialog.save().action_relate()
        self.assertEqual(action["res_model"], "customer.complaint.problem")
        self.assertEqual(chosen.problem_id, self.problem)
        self.assertEqual(self.problem.complaint_count, 2)
        self.assertTrue(self.problem.number.startswith("SP/"))
        with self.assertRaises(AccessError):
            self.problem.unlink()
