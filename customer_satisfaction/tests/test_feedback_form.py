from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .follow_up_common import FollowUpCommon

FORM = "customer_satisfaction.customer_complaint_view_form_feedback"


@tagged("post_install", "-at_install")
class TestFeedbackForm(FollowUpCommon):
    """Feedback opens in a form of its own, which says what the step needs."""

    def test_every_link_to_feedback_opens_its_own_form(self):
        # S-51
        answer = self.answered(1)
        feedback = answer.feedback_ids
        form = self.env.ref(FORM)
        for action in (
            answer.action_view_feedback(),
            feedback.action_open_feedback(),
            feedback.with_user(self.chief).get_formview_action(),
        ):
            self.assertEqual(action["views"], [(form.id, "form")])
            self.assertEqual(action["res_id"], feedback.id)
        complaint = self.complaint()
        self.assertFalse(complaint.get_formview_id())
        self.assertFalse((complaint | feedback).get_formview_id())
        action = self.env.ref(
            "customer_satisfaction.customer_complaint_action_follow_up"
        )
        self.assertIn((form.id, "form"), action.views)

    def test_it_shows_nothing_of_complaints(self):
        arch = self.env["customer.complaint"].get_view(self.env.ref(FORM).id)["arch"]
        for name in ("action_request_credit_note", "decision", "level_id", "remedy"):
            self.assertNotIn(f'name="{name}', arch)

    def test_it_says_what_the_step_needs_while_it_is_typed(self):
        # S-51
        feedback = self.answered(1).feedback_ids.with_user(self.chief)
        self.assertFalse(feedback.feedback_obstacle, "somebody owns it")
        feedback.action_next_feedback_step()
        with Form(feedback, FORM) as form:
            self.assertIn("cause is not recorded", form.feedback_obstacle)
            form.cause = "The line was engaged."
            self.assertFalse(form.feedback_obstacle)
        feedback.action_next_feedback_step()
        self.assertIn("No measure is set", feedback.feedback_obstacle)
        self.assertFalse(self.complaint().feedback_obstacle)

    def test_history_begins_with_where_it_comes_from(self):
        # S-52
        public = self.env.ref("base.public_user")
        answer = self.answered(
            1, model=self.env["survey.user_input"].with_user(public).sudo()
        )
        feedback = answer.sudo().feedback_ids
        first = feedback.message_ids.sorted("id")[0]
        self.assertEqual(first.author_id, self.env.ref("base.partner_root"))
        self.assertIn(f"survey “{self.survey.title}” made this record", first.body)
        self.assertFalse(feedback.first_contact_id)
        self.assertEqual(feedback.create_uid, self.env.ref("base.user_root"))
        by_hand = self.complaint(record_type="feedback")
        self.assertIn("Feedback created", by_hand.message_ids.sorted("id")[0].body)

    def test_it_stands_by_itself_in_the_menu_of_activities(self):
        feedback = self.answered(1).feedback_ids
        done = self.answered(2, partners=self.customers(1)).feedback_ids
        records = feedback + done + self.complaint()
        records.user_id = self.handler
        records.activity_ids.unlink()
        todos = zip((*records, feedback), (0, 0, -1, 3), strict=True)
        for record, days in todos:
            record.activity_schedule(
                "mail.mail_activity_data_todo",
                fields.Date.today() + timedelta(days=days),
                user_id=self.handler.id,
            )
        own, other = self.menu_of(self.handler)
        self.assertEqual(own["name"], "Feedback")
        self.assertEqual(self.found(own), feedback + done)
        self.assertEqual(self.counted(own), (0, 2, 0, 2))
        form = self.env.ref(FORM)
        self.assertIn([form.id, "form"], own["views"])
        self.assertEqual(self.found(other), records[2])
        self.assertEqual(self.counted(other), (1, 0, 0, 1))
        records[2].activity_ids.unlink()
        [own] = self.menu_of(self.handler)
        self.assertEqual(own["name"], "Feedback")
        (feedback + done).activity_ids.unlink()
        self.assertFalse(self.menu_of(self.handler))

    def test_of_very_many_activities_the_menu_counts_the_newest(self):
        records = self.complaint() + self.answered(1).feedback_ids
        records.user_id = self.handler
        records.activity_ids.unlink()
        for record in records[::-1]:
            record.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.handler.id
            )
        for limit, count in (2, 2), (1, 1):
            self.env["ir.config_parameter"].set_param(
                "mail.activity.systray.limit", limit
            )
            groups = self.menu_of(self.handler)
            self.assertEqual(len(groups), count)
            self.assertEqual(self.found(groups[-1]), records[0])
            self.assertEqual(self.counted(groups[-1]), (0, 1, 0, 1))

    def menu_of(self, user):
        """What the menu of activities shows of complaints, feedback first."""
        groups = self.env["res.users"].with_user(user)._get_activity_groups()
        model = "customer.complaint"
        mine = [group for group in groups if group["model"] == model]
        return sorted(mine, key=lambda group: "views" not in group)

    def found(self, group):
        """What a click on the group opens, by its domain and the filter for one's own."""
        filters = self.env.ref("customer_complaint.customer_complaint_view_search").arch
        self.assertIn('name="filter_activities_my"', filters)
        Complaint = self.env[group["model"]].with_user(self.handler)
        mine = [("activity_user_id", "=", self.handler.id)]
        return Complaint.search([*group["domain"], *mine], order="id").sudo()

    def counted(self, group):
        names = ("overdue", "today", "planned", "total")
        return tuple(group[f"{name}_count"] for name in names)

    def test_mails_call_it_feedback(self):
        # S-54
        feedback = self.answered(1).feedback_ids.with_context(lang="en_US")
        complaint = self.complaint().with_context(lang="en_US")
        self.assertEqual(feedback._get_model_description(feedback._name), "Feedback")
        self.assertNotEqual(
            complaint._get_model_description(complaint._name), "Feedback"
        )

    def test_the_customers_page_waits_for_no_outcome_of_feedback(self):
        # S-54
        for record, count in (
            (self.answered(1).feedback_ids, 3),
            (self.complaint(), 4),
        ):
            self.assertEqual(len(record._get_portal_timeline()), count)

    def test_handlers_see_which_complaint_it_is_about(self):
        complaint = self.closed(user_id=self.handler.id)
        answer = self.answered(5, nps=2, complaint_id=complaint.id)
        mine = answer.feedback_ids.with_user(self.handler)
        self.assertEqual(mine.feedback_about_id, complaint)


@tagged("post_install", "-at_install")
class TestFollowUpRetry(FollowUpCommon):
    """A follow-up that fails is tried again by the cron, and managers see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Answer = cls.env["survey.user_input"]
        cls.Plan = cls.env["customer.satisfaction.plan"]

    def broken(self, broken_ids=None):
        """Answers whose follow-up fails while this is running."""
        prepare = type(self.Answer)._prepare_feedback_values

        def fail(answer):
            if broken_ids is None or answer.id in broken_ids:
                raise UserError("Broken")  # pylint: disable=prefer-env-translation,translation-required
            return prepare(answer)

        return patch.object(type(self.Answer), "_prepare_feedback_values", fail)

    def failed(self, **values):
        with self.broken(), mute_logger("odoo.addons.customer_satisfaction"):
            return self.answered(1, **values)

    def test_what_failed_is_made_by_the_next_run(self):
        # S-52
        answers = self.failed(count=3)
        self.assertEqual(set(answers.mapped("follow_up_error")), {"Broken"})
        since = self.now - timedelta(hours=3)
        answers.follow_up_failed_at = since
        with (
            self.broken(answers[1].ids),
            mute_logger("odoo.addons.customer_satisfaction"),
        ):
            self.Plan._cron_plan()
        made = answers[0] | answers[2]
        self.assertEqual(len(made.feedback_ids), 2, "one broken does not stop others")
        self.assertFalse(any(made.mapped("follow_up_failed_at")))
        self.assertEqual(made[0].feedback_ids.received_at, since, "he waits since then")
        self.assertEqual(answers[1].follow_up_failed_at, since)
        self.Plan._cron_plan()
        self.Plan._cron_plan()
        self.assertEqual(len(answers.feedback_ids), 3, "each once")

    def test_it_is_given_up_after_three_days_and_stays_visible(self):
        answer = self.failed()
        answer.follow_up_failed_at = self.now - timedelta(days=4)
        self.Plan._cron_plan()
        self.assertFalse(answer.feedback_ids)
        self.assertTrue(answer.follow_up_error)

    def test_what_no_longer_counts_is_not_made(self):
        answer = self.failed()
        answer.write({"exclusion": "duplicate", "exclusion_note": "Twice"})
        self.Plan._cron_plan()
        self.assertFalse(answer.feedback_ids)
        self.assertFalse(answer.follow_up_failed_at)

    def test_what_another_worker_made_is_no_failure(self):
        answer = self.failed()
        answer._follow_up()
        [feedback] = answer.feedback_ids
        answer.follow_up_failed_at = self.now
        nothing = self.env["customer.complaint"]
        with (
            mute_logger("odoo.sql_db"),
            self.assertNoLogs("odoo.addons.customer_satisfaction", "ERROR"),
            patch.object(type(answer), "_get_feedback", lambda answers: nothing),
        ):
            self.Plan._cron_plan()
        answer.invalidate_recordset()
        self.assertEqual(answer.feedback_ids, feedback)
        self.assertFalse(answer.follow_up_failed_at)

    def test_managers_see_it_and_try_again(self):
        answer = self.failed()
        health = self.env["customer.complaint.health"]._get()
        manager = self.user(
            "retry_manager", "customer_complaint.group_complaint_manager"
        )
        [alert] = [
            alert
            for alert in health.with_user(manager)._get_alerts()
            if "could not be followed up: 1" in alert["text"]
        ]
        self.assertIn("health", alert["action"], "he reads no answers")
        reader = self.user("retry_reader", "group_satisfaction_user")
        mine = answer.with_user(reader)
        action = self.env.ref(
            "customer_satisfaction.survey_user_input_action_follow_up_failed"
        )
        self.assertEqual(mine.search(safe_eval(action.domain)), mine)
        with (
            self.broken(),
            mute_logger("odoo.addons.customer_satisfaction"),
            self.assertRaisesRegex(UserError, "still not possible: Broken"),
        ):
            mine.action_retry_follow_up()
        mine.action_retry_follow_up()
        self.assertEqual(len(answer.feedback_ids), 1)
        self.assertFalse(mine.has_access("write"))

    def test_button_makes_what_it_can_and_forgets_what_no_longer_counts(self):
        answers = self.failed(count=3)
        answers.follow_up_failed_at = self.now - timedelta(days=4)
        answers[2].write({"exclusion": "duplicate", "exclusion_note": "Twice"})
        reader = self.user("retry_reader", "group_satisfaction_user")
        with (
            self.broken(answers[0].ids),
            mute_logger("odoo.addons.customer_satisfaction"),
        ):
            answers.with_user(reader).action_retry_follow_up()
        self.assertEqual(answers.feedback_ids, answers[1].feedback_ids)
        self.assertTrue(answers[1].feedback_ids)
        self.assertEqual(answers.filtered("follow_up_failed_at"), answers[0])


@tagged("post_install", "-at_install", "browser")
class TestFeedbackTour(FollowUpCommon, HttpCase):
    def test_from_the_low_answer_through_five_steps(self):
        # S-51 S-54
        reader = self.user("feedback_reader", "group_satisfaction_user")
        reader.write({"password": reader.login, "tour_enabled": False})
        self.company.satisfaction_follow_up_user_id = False
        team = self.env["customer.complaint.team"]._get_default(self.company)
        team.leader_id = False
        answer = self.answered(1, comment="Nobody called back")
        self.assertFalse(answer.feedback_ids.user_id)
        self.start_tour(
            f"/odoo/satisfaction-answers/{answer.id}",
            "customer_satisfaction_feedback",
            login=reader.login,
            timeout=600,
        )
        feedback = answer.feedback_ids
        feedback.invalidate_recordset()
        self.assertTrue(feedback.closed_at)
        self.assertEqual(feedback.user_id, reader)
        self.assertTrue(feedback.feedback_evaluated_at)
