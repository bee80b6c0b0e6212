from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .test_anonymous import ANSWER_TABLES, AnonymousCase

# What an answer may write: itself, the urn, the tickets, and the lock on the plan.
WRITTEN = {
    *ANSWER_TABLES,
    "customer_satisfaction_ballot",
    "customer_satisfaction_invitation",
    "customer_satisfaction_plan",
    "survey_question_survey_user_input_rel",  # questions of the answers
}


@tagged("post_install", "-at_install")
class TestAnonymousPrivacy(AnonymousCase, HttpCase):
    """Ways round: messages, what points to answers, and what a request leaves behind."""

    def everybody(self):
        """A user in every group of colleagues there is."""
        user = self.user("privacy_snoop", "base.group_system")
        outside = self.env.ref("base.group_portal") | self.env.ref("base.group_public")
        for group in self.env["res.groups"].search([]) - outside:
            if not group.all_implied_ids & outside:
                user.group_ids += group
        return user

    def test_nobody_reads_who_has_answered_while_answers_wait(self):  # S-33
        invitations = self.asked()
        watched = invitations.with_user(self.everybody())
        before = watched.read()
        self.give(invitations[0])
        self.give(invitations[3])
        self.assertEqual(watched.read(), before)

    def test_nobody_reads_the_link_in_a_message(self):  # S-33
        """With the links of others he could fill the urn until one answer is left."""
        reader = self.user("privacy_reader", "group_satisfaction_user")
        invitations = self.asked(3)
        mails = self.env["mail.mail"].search(
            [("model", "=", invitations._name), ("res_id", "in", invitations.ids)]
        )
        self.assertEqual(len(mails), 3)
        self.assertTrue(all("/satisfaction/" in mail.body_html for mail in mails))
        self.assertFalse(any(mails.mail_message_id.mapped("body")))
        messages = self.env["mail.message"].with_user(reader)
        self.assertFalse(
            messages.search(
                [
                    ("model", "=", invitations._name),
                    ("body", "like", "/satisfaction/"),
                ]
            )
        )
        self.assertFalse(self.env["mail.mail"].with_user(reader).has_access("read"))

    def test_nothing_that_points_to_answers_finds_them(self):  # S-33
        """By searching through any field of any model, with all groups."""
        for invitation in self.asked():
            self.give(invitation)
        self.assertEqual(len(self.given()), 5)
        env = self.env(user=self.everybody())
        targets = {
            "survey.user_input",
            "survey.user_input.line",
            "customer.satisfaction.score",
        }
        ours = [("survey_id", "=", self.survey.id)]
        tried = 0
        for model_name, model in env.items():
            if model._abstract or model._transient or not model._auto:
                continue
            for name, field in model._fields.items():
                if field.comodel_name in targets and field._description_searchable:
                    tried += 1
                    with self.subTest(model=model_name, field=name):
                        self.assertFalse(self.found(model, [(name, "any", ours)]))
        self.assertGreater(tried, 5)

    def found(self, model, domain):
        with mute_logger("odoo.addons.base.models.ir_rule", "odoo.models"):
            try:
                return model.with_context(active_test=False).search(domain)
            except (AccessError, UserError, NotImplementedError):
                return model.browse()

    def test_a_request_writes_answers_only(self):
        """No mail, message, attachment, visit, log or bus row tells that somebody answered."""
        invitations = self.asked()
        self.authenticate(None, None)
        self.url_open("/satisfaction/" + "a" * 64)
        before = self.written()
        for invitation in invitations:
            url = f"/satisfaction/{invitation.sudo()._get_ticket()}"
            self.url_open(url)
            given = {f"q{q.id}": text for q, text in self.answers(grade=3).items()}
            page = self.url_open(
                url, data={"csrf_token": Request.csrf_token(self), **given}
            )
            self.assertEqual(page.status_code, 200)
        written = self.written()
        self.assertEqual(len(self.given()), 5)
        self.assertLessEqual({t for t in written if written[t] != before[t]}, WRITTEN)

    def written(self):
        """Rows written by this transaction so far, by table."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del "
            "FROM pg_stat_xact_user_tables"
        )
        return dict(self.env.cr.fetchall())

    def test_core_report_of_a_survey_shows_no_anonymous_answer(self):
        for invitation in self.asked():
            self.give(invitation, comment="Known by nobody")
        self.user("privacy_officer", "survey.group_survey_manager")
        self.authenticate("privacy_officer", "privacy_officer")
        for filters in ("", f"?filters=A,0,{self.option(4).id}&finished=true"):
            page = self.url_open(f"/survey/results/{self.survey.id}{filters}")
            self.assertEqual(page.status_code, 200)
            self.assertNotIn("Known by nobody", page.text)

    def test_messages_of_other_surveys_are_as_before(self):
        self.plan.survey_id = self.env.ref(
            "customer_satisfaction.survey_after_complaint"
        )
        answer = self.invited()
        mail = self.env["mail.mail"].search(
            [("model", "=", answer._name), ("res_id", "=", answer.id)]
        )
        self.assertIn(answer.access_token, mail.mail_message_id.body)
