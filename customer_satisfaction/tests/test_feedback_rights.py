from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .follow_up_common import FollowUpCommon

FORM = "customer_satisfaction.customer_complaint_view_form_feedback"


@tagged("post_install", "-at_install")
class TestFeedbackRights(FollowUpCommon):
    """Satisfaction users work on feedback, and see nothing of complaints proper."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.user("feedback_reader", "group_satisfaction_user")
        cls.head = cls.user("feedback_head", "group_satisfaction_manager")
        # What these teams have is not for everybody who handles complaints.
        cls.team = cls.env["customer.complaint.team"].create(
            {"name": "Closed circle", "member_ids": cls.handler.ids}
        )
        cls.secret = cls.complaint(team_id=cls.team.id, title="Secret complaint")
        cls.secret.message_post(
            body="Secret message", attachments=[("secret.txt", b"secret")]
        )
        cls.secret.line_ids = [Command.create({"name": "Secret product"})]
        cls.env["customer.complaint.contact"].create(
            {"complaint_id": cls.secret.id, "summary": "Secret talk"}
        )

    def feedback(self, user, **values):
        feedback = self.answered(1, team_id=self.team.id, **values).feedback_ids
        return feedback.with_user(user)

    def test_satisfaction_users_take_feedback_through_the_loop(self):
        # S-58
        for user in (self.reader, self.head):
            feedback = self.feedback(user)
            self.assertEqual(feedback.team_id, self.team)
            feedback.action_take()
            form = Form(feedback, FORM)
            self.assertIn("Very dissatisfied", form.description)
            form.cause = "The line was engaged."
            form.feedback_measures = "Two more colleagues answer the phone."
            form.feedback_result = "Nobody waits longer than a minute."
            form.save()
            for _step in ("collect", "analyse", "measure"):
                feedback.action_next_feedback_step()
            self.env["customer.complaint.contact"].with_user(user).create(
                {"complaint_id": feedback.id, "summary": "Told him on the phone."}
            )
            feedback.action_next_feedback_step()
            feedback.action_next_feedback_step()
            self.assertTrue(feedback.closed_at)
            wizard = self.env["customer.complaint.reopen"].with_user(user)
            context = feedback.action_reopen()["context"]
            wizard.with_context(**context).create({"reason": "Again."}).action_reopen()
            self.assertEqual(feedback.round, 2)

    def test_the_customer_is_told_and_files_go_along(self):
        # S-54
        feedback = self.feedback(self.reader)
        action = feedback.action_send_answer()
        composer = self.env["mail.compose.message"].with_user(self.reader)
        Form(composer.with_context(**action["context"])).save().action_send_mail()
        self.assertTrue(feedback.told_at)
        message = feedback.message_post(body="Note", attachments=[("a.txt", b"a")])
        self.assertEqual(message.attachment_ids.with_user(self.reader).raw, b"a")

    def test_complaints_proper_are_not_found(self):
        self.feedback(self.reader)
        names = ("", ".line", ".deadline", ".contact", ".confirmation", ".event")
        models = [f"customer.complaint{name}" for name in names]
        for user in (self.reader, self.head):
            for model in models:
                Model = self.env[model].with_user(user)
                if not Model.has_access("read"):
                    continue
                link = "id" if model == models[0] else "complaint_id"
                secret = [(link, "=", self.secret.id)]
                with self.subTest(model=model, user=user.login):
                    self.assertTrue(Model.sudo().search_count(secret))
                    self.assertFalse(Model.search_count(secret))
                    self.assertFalse(Model._read_group(secret, [link], ["__count"]))
            Complaint = self.env["customer.complaint"].with_user(user)
            self.assertFalse(Complaint.name_search("Secret complaint"))
            messages = self.env["mail.message"].with_user(user)
            self.assertFalse(messages.search([("body", "ilike", "Secret message")]))
            files = self.env["ir.attachment"].with_user(user)
            self.assertFalse(files.search([("name", "=", "secret.txt")]))

    def test_complaints_proper_are_neither_read_nor_changed(self):
        secret = self.secret.with_user(self.reader)
        message = self.secret.message_ids.with_user(self.reader)
        attachment = self.secret.message_ids.attachment_ids.with_user(self.reader)
        for refused in (
            lambda: secret.read(["title"]),
            lambda: secret.write({"title": "Mine"}),
            lambda: secret.action_take(),
            lambda: secret.message_post(body="Mine"),
            lambda: message.read(["body"]),
            lambda: attachment.read(["raw"]),
            lambda: secret.deadline_ids.sudo().with_user(self.reader).read(["due_at"]),
            lambda: self.env["customer.complaint.contact"]
            .with_user(self.reader)
            .create({"complaint_id": secret.id, "summary": "Mine"}),
        ):
            with self.assertRaises(AccessError):
                refused()

    def test_of_a_complaint_he_cannot_open_he_learns_the_number_only(self):
        feedback = self.feedback(self.reader)
        feedback.sudo()._join(self.secret, "merged", "The same parcel.")
        self.secret.title = "Secret complaint"
        known = self.secret.display_name
        self.assertIn("Secret complaint", known)
        shown = {"merged_into_id": {"fields": {"display_name": {}}}}
        for user, name in (
            (self.reader, self.secret.name),
            (self.head, self.secret.name),
            (self.handler, known),
        ):
            with self.subTest(user=user.login):
                mine = feedback.with_user(user)
                [row] = mine.web_read(shown)
                self.assertEqual(row["merged_into_id"]["display_name"], name)
                [row] = mine.read(["merged_into_id"])
                self.assertEqual(row["merged_into_id"], (self.secret.id, name))
                texts = "".join(mine.message_ids.mapped("body"))
                self.assertNotIn("Secret complaint", texts)
        self.assertEqual(Form(feedback, FORM).merged_into_id.id, self.secret.id)

    def test_nobody_is_told_of_a_complaint_because_he_may_read_feedback(self):
        feedback = self.feedback(self.reader).sudo()
        self.assertTrue(feedback._can_tell(self.reader))
        self.assertFalse(self.secret._can_tell(self.reader))

    def test_a_complaint_opened_from_feedback_is_handled_by_others(self):
        # S-53
        feedback = self.feedback(self.reader)
        action = feedback.action_open_feedback_complaint()
        Complaint = self.env["customer.complaint"].with_user(self.reader)
        complaint = Form(Complaint.with_context(**action["context"])).save()
        self.assertEqual(complaint.first_contact_id, self.reader)
        self.assertEqual(feedback.feedback_complaint_count, 1)
        complaint.sudo().user_id = self.handler
        with self.assertRaises(AccessError):
            complaint.title = "Changed"
        with self.assertRaises(AccessError):
            complaint.record_type = "feedback"

    def test_feedback_that_is_a_complaint_after_all_leaves_who_cannot_open_it(self):
        # S-53
        feedback = self.feedback(self.reader)
        feedback.action_take()
        other = self.feedback(self.reader).with_user(self.handler)
        other.action_take()
        for complaint in (feedback.with_user(self.handler), other):
            complaint.record_type = "complaint"
        complaint = feedback.sudo()
        self.assertFalse(complaint.user_id, "who is told of it can open it")
        self.assertEqual(other.user_id, self.handler)
        self.assertFalse(complaint._can_tell(self.reader))

    def test_number_of_a_complaint_is_shown_to_who_may_read_it(self):
        # S-53
        circle = self.team.copy({"name": "Other circle", "member_ids": self.lead.ids})
        complaints = self.complaint() + self.complaint(team_id=circle.id)
        complaints.sudo()._move_to_type("closed")
        feedback = self.env["customer.complaint"].with_user(self.handler)
        for complaint in complaints:
            feedback += self.feedback(self.handler, complaint_id=complaint.id)
        self.assertEqual(feedback.mapped("team_id"), self.team)
        self.assertFalse(complaints[1].with_user(self.handler).has_access("read"))
        self.assertEqual(feedback[0].feedback_about_id, complaints[0])
        self.assertFalse(feedback[1].feedback_about_id)
        self.assertFalse(feedback.browse().feedback_about_id)

    def test_other_roles_and_companies_see_no_feedback(self):
        feedback = self.feedback(self.reader).sudo()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        there = {
            "company_id": elsewhere.id,
            "company_ids": [Command.set(elsewhere.ids)],
        }
        outsider = self.user(
            "feedback_outside", "customer_complaint.group_complaint_user"
        )
        refused = (
            self.user("feedback_nobody"),
            self.user("feedback_figures", "customer_complaint.group_complaint_figures"),
            self.user("feedback_officer", "survey.group_survey_manager"),
            self.user(
                "feedback_opener", "customer_complaint.group_complaint_submitter"
            ),
            self.user("feedback_stranger", "group_satisfaction_manager", **there),
        )
        for user in (*refused, outsider):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                feedback.with_user(user).read(["title"])
        self.assertTrue(feedback.with_user(self.handler).title, "his team's")

    def test_readers_of_all_complaints_change_no_feedback(self):
        feedback = self.feedback(self.reader).sudo()
        for role in ("supervision", "auditor"):
            user = self.user(
                f"all_{role}", f"customer_complaint.group_complaint_{role}"
            )
            self.assertTrue(feedback.with_user(user).title)
            with self.assertRaises(AccessError):
                feedback.with_user(user).action_next_feedback_step()
