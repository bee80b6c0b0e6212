from contextlib import contextmanager
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL, mute_logger

from .common import SatisfactionCommon

# What belongs to answers, and the column that says to which.
ANSWER_TABLES = {
    "survey_user_input": "id",
    "survey_user_input_line": "user_input_id",
    "customer_satisfaction_score": "user_input_id",
}
# Columns that say what was answered, and numbers drawn by chance.
SAID = {
    *("csat_grade", "nps_value", "nps_group", "suggested_answer_id", "value_scale"),
    *("value_text_box", "value", "access_token"),
}
# Given one after the other: they say in which order rows were written.
ORDERED = {"id", "user_input_id", "ctid"}


class AnonymousCase(SatisfactionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survey = cls.survey.copy({"title": "In confidence", "is_anonymous": True})
        cls.csat = cls.survey._get_metric_question("csat")
        cls.nps = cls.survey._get_metric_question("nps")
        cls.solved = cls.survey._get_metric_question("solved")
        cls.comment = cls.survey._get_comment_question()
        cls.plan.write({"survey_id": cls.survey.id, "rest_days": 0})
        cls.env.company.satisfaction_min_group = 5
        cls.env.company.satisfaction_min_comments = 5

    def asked(self, count=5):
        """Invitations of customers who got their ticket."""
        for partner in self.customers(count):
            self.closed(partner)
        self.send()
        return self.Invitation.search([("plan_id", "=", self.plan.id)], order="id")

    def give(self, invitation, grade=4, **values):
        """Answer with the ticket, as a request of its own would."""
        answer = self.env["survey.user_input"]._find_by_link(
            invitation.sudo()._get_ticket()
        )
        with self.env.cr.savepoint():
            answer._lock_for_answer()
            answer._save_satisfaction(self.answers(grade=grade, **values), "link")
        self.env.invalidate_all()

    def given(self):
        return self.env["survey.user_input"].search(
            [("survey_id", "=", self.survey.id)], order="id"
        )

    def rows(self, table, where, *values):
        """Rows as dicts of all columns, those of the database itself included."""
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(
            SQL(
                f"SELECT *, xmin::text, ctid FROM {table} WHERE {where} ORDER BY id",
                *values,
            )
        )
        return cr.dictfetchall()

    @contextmanager
    def drawn(self, *grades):
        """Let chance put the ballots into this order of their grades."""

        def mix(_self, ballots):
            by_option = {
                str(self.option(grade).id): rank for rank, grade in enumerate(grades)
            }
            if ballots and isinstance(ballots[0], dict):
                ballots.sort(key=lambda b: by_option[b[str(self.csat.id)]])
            else:
                ballots.sort(reverse=True)

        with patch.object(type(self.env["customer.satisfaction.ballot"]), "_mix", mix):
            yield


@tagged("post_install", "-at_install")
class TestAnonymous(AnonymousCase):
    def test_answers_become_visible_when_enough_have_come_together(self):  # S-33
        invitations = self.asked()
        self.assertEqual(set(invitations.mapped("state")), {"sent"})
        self.assertFalse(invitations.user_input_id)
        for invitation, grade in zip(invitations[:4], (5, 4, 3, 2), strict=True):
            self.give(invitation, grade)
            self.assertFalse(self.given())
            self.assertEqual(set(invitations.mapped("state")), {"sent"})
        self.assertEqual(self.survey.waiting_count, 4)
        self.give(invitations[4], 1, nps="0", comment="Slow")
        self.assertEqual(self.survey.waiting_count, 0)
        answers = self.given()
        self.assertEqual(sorted(answers.mapped("csat_grade")), [1, 2, 3, 4, 5])
        self.assertEqual(set(answers.mapped("state")), {"done"})
        worst = answers.filtered(lambda a: a.csat_grade == 1)
        self.assertEqual((worst.nps_value, worst.nps_group), (0, "detractor"))
        self.assertEqual(worst.satisfaction_comment, "Slow")
        self.assertEqual(set(invitations.mapped("state")), {"answered"})
        self.assertFalse(invitations.user_input_id)

    def test_own_words_wait_for_more_answers(self):  # S-33
        self.env.company.satisfaction_min_comments = 8
        invitations = self.asked(8)
        for invitation in invitations[:7]:
            self.give(invitation)
        self.assertFalse(self.given())
        self.give(invitations[7])
        self.assertEqual(len(self.given()), 8)

    def test_answers_of_few_people_wait_however_many_they_are(self):  # S-33
        """Who has several tickets is one of those among whom the others hide."""
        for _number in range(3):
            self.closed(self.partner)
        invitations = self.asked(4)
        own = invitations.filtered(lambda i: i.partner_id == self.partner)
        for invitation in own + (invitations - own)[:3]:
            self.give(invitation)
        self.assertFalse(self.given(), "6 answers of 4 people")
        self.give((invitations - own)[3])
        self.assertEqual(len(self.given()), 7)

    def test_what_waits_for_ever_can_be_discarded(self):
        officer = self.user("anonymous_ends", "group_satisfaction_manager")
        invitations = self.asked(8)
        for invitation in invitations[:4]:
            self.give(invitation)
        survey = self.survey.with_user(officer)
        with self.assertRaisesRegex(UserError, "still asks"):
            survey.action_discard_waiting()
        with self.assertRaises(AccessError):
            survey.with_user(
                self.user("anonymous_reads", "group_satisfaction_user")
            ).action_discard_waiting()
        self.plan.active = False
        survey.action_discard_waiting()
        self.assertEqual(survey.waiting_count, 0)
        self.assertIn("discarded: 4", survey.message_ids[0].body)
        self.assertFalse(self.given())
        self.assertEqual(set(invitations.mapped("state")), {"sent"})
        Answer = self.env["survey.user_input"]
        self.assertFalse(Answer._find_by_link(invitations[0].sudo()._get_ticket()))
        # They are nobody among whom later answers could hide, and are asked no more.
        self.plan.active = True
        for invitation in invitations[4:]:
            self.give(invitation)
        self.assertEqual(survey.waiting_count, 4)
        self.assertFalse(
            invitations[:4]
            & self.Invitation.search(
                self.Invitation._get_remind_domain(fields.Datetime.now())
            )
        )

    def test_one_ticket_one_answer(self):
        invitations = self.asked()
        self.give(invitations[0])
        with self.assertRaisesRegex(UserError, "used before"), self.env.cr.savepoint():
            self.give(invitations[0], 1)
        self.assertEqual(self.survey.waiting_count, 1)

    def test_answering_writes_no_other_table(self):
        """No mail, message, attachment, log or bus row tells that somebody answered."""
        invitations = self.asked()
        self.env.flush_all()
        self.env.cr.precommit.run()
        before = self.written()
        for invitation in invitations:
            self.give(invitation)
        self.env.flush_all()
        self.env.cr.precommit.run()
        touched = {table for table, n in self.written().items() if n != before[table]}
        self.assertLessEqual(
            touched,
            {
                *ANSWER_TABLES,
                "customer_satisfaction_ballot",
                "customer_satisfaction_invitation",
                "customer_satisfaction_plan",
                "survey_question_survey_user_input_rel",  # questions of the answers
            },
        )

    def written(self):
        """Rows written by this transaction so far, by table."""
        cr = self.env.cr
        cr.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del "
            "FROM pg_stat_xact_user_tables"
        )
        return dict(cr.fetchall())

    def test_rows_of_answers_tell_no_order_but_the_one_drawn(self):
        """Every column of every row, ids, dates and transaction included."""
        invitations = self.asked()
        order = (3, 1, 5, 2, 4)
        with self.drawn(*order):
            for invitation, grade in zip(invitations, (1, 2, 3, 4, 5), strict=True):
                self.give(invitation, grade, nps=str(grade), comment=f"Grade {grade}")
        answers = self.given()
        self.assertEqual(answers.mapped("csat_grade"), list(order))
        for table, path in ANSWER_TABLES.items():
            rows = self.rows(table, f"{path} IN %s", tuple(answers.ids))
            position = {a.id: rank for rank, a in enumerate(answers)}
            ranks = [position[row[path]] for row in rows]
            self.assertEqual(ranks, sorted(ranks), f"{table}: ids tell an order")
            groups = {}  # lines of one question, or all rows of a table without questions
            for row in rows:
                groups.setdefault(row.get("question_id"), []).append(row)
            for group in groups.values():
                for column in group[0].keys() - SAID - ORDERED:
                    self.assertEqual(
                        len({str(row[column]) for row in group}),
                        1,
                        f"{table}.{column} tells answers apart",
                    )
                for row in group:
                    for column in ("create_date", "write_date", "end_datetime", "date"):
                        if row.get(column):
                            self.assertEqual(row[column].strftime("%T"), "00:00:00")

    def test_rows_of_invitations_tell_no_order_of_answering(self):
        """At any time: each answer writes again what the earlier ones wrote."""
        invitations = self.asked(7)
        # Else PostgreSQL puts rows where those of other tests were removed.
        table = "customer_satisfaction_invitation"
        self.env.flush_all()
        self.env.cr.execute(f"CLUSTER {table} USING {table}_pkey")
        arriving = [invitations[n] for n in (4, 0, 6, 2, 5)]
        where = ("id IN %s", tuple(invitations.ids))
        before = {
            r["id"]: r for r in self.rows("customer_satisfaction_invitation", *where)
        }
        with self.drawn(1, 2, 3, 4, 5):
            for count, invitation in enumerate(arriving, start=1):
                self.give(invitation, count)
                used = {i.id for i in arriving[:count]}
                changed = {}
                for row in self.rows("customer_satisfaction_invitation", *where):
                    if row["id"] not in used:
                        self.assertEqual(row, before[row["id"]])
                        continue
                    for column, value in row.items():
                        if value != before[row["id"]][column] and column != "ctid":
                            changed.setdefault(column, []).append(value)
                for column, values in changed.items():
                    self.assertEqual(
                        (len(values), len(set(values))), (count, 1), column
                    )
                # Where they lie in the table: as drawn, here from the last to the first.
                lying = self.rows(
                    "customer_satisfaction_invitation", "id IN %s", tuple(used)
                )
                self.assertEqual(
                    [
                        row["id"]
                        for row in sorted(lying, key=lambda r: _place(r["ctid"]))
                    ],
                    sorted(used, reverse=True),
                )

    def test_invitations_answered_on_a_day_do_not_tell_with_whom(self):
        invitations = self.asked(11)
        for invitation in invitations[:10]:
            self.give(invitation)
        rows = self.rows(
            "customer_satisfaction_invitation", "id IN %s", tuple(invitations[:10].ids)
        )
        self.assertEqual({row["state"] for row in rows}, {"answered"})
        for column in ("xmin", "answered_at", "write_date"):
            self.assertEqual(len({str(row[column]) for row in rows}), 1, column)

    def test_urn_tells_no_order(self):
        invitations = self.asked()
        with self.drawn(5, 3, 1, 2, 4):
            for invitation, grade in zip(invitations, (1, 2, 3, 4), strict=False):
                self.give(invitation, grade)
        rows = self.rows(
            "customer_satisfaction_ballot", "survey_id = %s", self.survey.id
        )
        grades = {str(self.option(grade).id): grade for grade in range(1, 6)}
        self.assertEqual(
            [grades[row["given"][str(self.csat.id)]] for row in rows], [3, 1, 2, 4]
        )
        self.assertEqual(len({row["xmin"] for row in rows}), 1)
        self.assertEqual(
            rows[0].keys() - ORDERED - {"xmin", "given"},
            {"plan_id", "survey_id", "company_id"},
        )

    def test_chance_decides_the_order(self):
        numbers = list(range(40))
        drawn = numbers.copy()
        self.env["customer.satisfaction.ballot"]._mix(drawn)
        self.assertNotEqual(drawn, numbers)
        self.assertEqual(sorted(drawn), numbers)

    def test_no_group_reads_more(self):  # S-33
        """A user in every group there is, settings and survey administration included."""
        invitations = self.asked()
        for invitation, grade in zip(invitations, (1, 2, 3, 4, 5), strict=True):
            self.give(invitation, grade)
        everybody = self.user("anonymous_snoop", "base.group_system")
        groups = self.env["res.groups"].search([])
        for group in groups - self.env.ref("base.group_portal"):
            if not group.all_implied_ids & (
                self.env.ref("base.group_portal") | self.env.ref("base.group_public")
            ):
                everybody.group_ids += group
        snooped = invitations.with_user(everybody)
        for row in snooped.read():
            self.assertFalse(row["user_input_id"])
            self.assertFalse({f for f in row if f.startswith("ticket")})
        Invitation = self.Invitation.with_user(everybody)
        with mute_logger("odoo.orm.models", "odoo.models"):
            for attempt in (
                lambda: snooped.read(["ticket_hash"]),
                lambda: snooped.read(["ticket_url"]),
                lambda: snooped.mapped("ticket_used"),
                lambda: snooped.export_data(["ticket_used"]),
                lambda: Invitation.search([("ticket_used", "=", True)]),
                lambda: Invitation.search([], order="ticket_used"),
                lambda: Invitation._read_group([], ["ticket_used"], ["__count"]),
                lambda: self.plan.with_user(everybody).search(
                    [("invitation_ids.ticket_used", "=", True)]
                ),
                lambda: self.env["customer.satisfaction.ballot"]
                .with_user(everybody)
                .search([]),
            ):
                with self.assertRaises(AccessError):
                    attempt()
        answers = self.given()
        for records in (answers, answers.user_input_line_ids, answers.score_ids):
            snooped = records.with_user(everybody)
            self.assertFalse(snooped.search([("id", "in", records.ids)]))
            with (
                mute_logger("odoo.addons.base.models.ir_rule"),
                self.assertRaises(AccessError),
            ):
                snooped.read(["survey_id"])

    def test_answer_cannot_be_given_a_person(self):
        invitations = self.asked()
        for invitation in invitations:
            self.give(invitation)
        answer = self.given()[0]
        with self.assertRaisesRegex(UserError, "leads to nobody"):
            answer.partner_id = self.partner
        for column, value in (
            ("partner_id", self.partner.id),
            ("email", "ines@example.com"),
            ("complaint_id", invitations[0].complaint_id.id),
            ("recorded_by_id", self.env.uid),
            ("end_datetime", self.now.replace(hour=1, minute=2)),
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    f"UPDATE survey_user_input SET {column} = %s WHERE id = %s",
                    (value, answer.id),
                )

    def test_answers_come_with_tickets_only(self):
        """Neither shared by an officer, nor entered or imported, nor by its own token."""
        with self.assertRaisesRegex(UserError, "by survey plans only"):
            self.survey._create_answer(partner=self.partner)
        with self.assertRaisesRegex(UserError, "by survey plans only"):
            self.env["survey.user_input"].with_user(
                self.user("anonymous_officer", "survey.group_survey_manager")
            ).create({"survey_id": self.survey.id})
        # What stood on paper has no person either.
        paper = self.env["survey.user_input"].create({"survey_id": self.survey.id})
        with self.assertRaisesRegex(UserError, "by survey plans only"):
            paper.partner_id = self.partner
        paper.unlink()
        # Trying it out is possible.
        self.assertTrue(self.survey._create_answer(user=self.env.user, test_entry=True))
        for invitation in self.asked():
            self.give(invitation)
        token = self.given().filtered(lambda a: not a.test_entry)[0].access_token
        self.assertFalse(self.env["survey.user_input"]._find_by_link(token))

    def test_paper_counts_in_the_quarter_in_which_it_is_copied(self):
        """Quarters that are over do not change: not by a date in the past either."""
        past = fields.Datetime.subtract(self.now, months=5)
        paper = self.env["survey.user_input"].create(
            {"survey_id": self.survey.id, "entry_date": past}
        )
        paper._save_satisfaction(self.answers(), "staff", self.env.user)
        self.assertEqual(paper.end_datetime.date(), self.now.date())

    def test_questions_are_locked_while_answers_wait_in_the_urn(self):  # S-33
        first, *others = self.asked()
        self.give(first)
        self.assertTrue(self.survey.is_answered)
        option = self.csat.suggested_answer_ids[:1]
        for change in (
            self.nps.unlink,
            option.unlink,
            lambda: self.nps.write({"title": "Something else?"}),
        ):
            with self.assertRaises(UserError):
                change()
        for invitation in others:
            self.give(invitation)
        self.assertEqual(len(self.given()), 5)

    def test_survey_stays_as_anonymous_as_those_asked_were_told(self):
        self.asked(1)
        for vals in ({"is_anonymous": False}, {"purpose": "Something else"}):
            with self.assertRaises(UserError):
                self.survey.write(vals)
        self.assertTrue(self.survey.copy().is_anonymous)
        named = self.env.ref("customer_satisfaction.survey_after_complaint")
        self.env["survey.user_input"].create({"survey_id": named.id})
        with self.assertRaises(UserError):
            named.is_anonymous = True

    def test_plans_that_must_know_who_answers_are_not_anonymous(self):
        for trigger in ("complaint_outcome", "document", "recovery"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.plan.trigger = trigger

    def test_fewer_than_three_hide_nobody(self):
        for vals in (
            {"satisfaction_min_group": 2},
            {"satisfaction_min_group": 9, "satisfaction_min_comments": 8},
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env.company.write(vals)
                self.env.flush_all()


@tagged("post_install", "-at_install")
class TestAnonymousPage(AnonymousCase, HttpCase):
    def test_whole_path_from_the_mail_to_the_answer(self):  # S-33
        invitations = self.asked()
        mails = self.env["mail.mail"].search(
            [("model", "=", invitations._name), ("res_id", "in", invitations.ids)]
        )
        self.assertEqual(
            sorted(mails.mapped("email_to")),
            sorted(invitations.mapped("email_normalized")),
        )
        self.assertTrue(all(mails.mapped("auto_delete")))
        self.authenticate(None, None)
        for invitation, grade in zip(invitations, (1, 2, 3, 4, 5), strict=True):
            mail = mails.filtered(lambda m, i=invitation: m.res_id == i.id)
            url = f"/satisfaction/{invitation.sudo()._get_ticket()}"
            self.assertIn(url, mail.body_html)
            self.assertNotIn(url, "".join(invitation.mapped("display_name")))
            page = self.url_open(url)
            self.assertIn("Your answer is anonymous", page.text)
            self.assertNotIn(invitation.partner_id.name, page.text)
            self.assertNotIn(invitation.complaint_id.name, page.text)
            refused = self.post(url, grade=None)
            self.assertEqual(refused.status_code, 422)
            page = self.post(url, grade=grade)
            self.assertIn("nobody can tell it", page.text)
            self.assertNotIn("Change my answer", page.text)
            for again in (self.url_open(url), self.post(url, grade=1)):
                self.assertEqual(again.status_code, 410)
                self.assertIn("answered already", again.text)
        self.env.invalidate_all()
        self.assertEqual(sorted(self.given().mapped("csat_grade")), [1, 2, 3, 4, 5])

    def test_who_has_not_answered_is_reminded_and_can_stop_it(self):
        self.plan.write({"reminder_count": 1, "reminder_days": 3})
        invitations = self.asked(3)
        self.give(invitations[0])
        self.Invitation._remind_due(fields.Datetime.add(self.now, days=6))
        self.env.invalidate_all()
        mails = self.env["mail.mail"].search(
            [("model", "=", invitations._name), ("res_id", "in", invitations.ids)]
        )
        asked = invitations.ids + invitations[1:].ids
        self.assertEqual(sorted(mails.mapped("res_id")), sorted(asked))
        self.authenticate(None, None)
        url = f"/satisfaction/{invitations[1].sudo()._get_ticket()}/stop"
        address = invitations[1].email_normalized
        self.assertIn(address, self.url_open(url).text)
        Optout = self.env["customer.satisfaction.optout"]
        self.assertFalse(Optout.search([("email", "=", address)]))
        self.url_open(url, data={"csrf_token": Request.csrf_token(self)})
        self.assertTrue(Optout.search([("email", "=", address)]))

    def test_program_that_fills_in_everything_gives_no_answer(self):
        [invitation] = self.asked(1)
        url = f"/satisfaction/{invitation.sudo()._get_ticket()}"
        self.authenticate(None, None)
        self.assertIn('name="homepage"', self.url_open(url).text)
        page = self.post(url, trap="https://example.com")
        self.assertEqual(page.status_code, 422)
        self.assertIn("stays empty", page.text)
        self.assertNotIn("https://example.com", page.text)
        self.env.invalidate_all()
        self.assertEqual(self.survey.waiting_count, 0)
        self.post(url)
        self.env.invalidate_all()
        self.assertEqual(self.survey.waiting_count, 1)

    def test_forged_ticket_opens_nothing(self):
        self.assertEqual(self.url_open(f"/satisfaction/{'a' * 64}").status_code, 404)

    def test_who_is_signed_in_is_not_kept(self):
        invitations = self.asked()
        self.user("anonymous_colleague", "group_satisfaction_manager")
        self.authenticate("anonymous_colleague", "anonymous_colleague")
        for invitation in invitations:
            url = f"/satisfaction/{invitation.sudo()._get_ticket()}"
            self.assertNotIn("signed in as", self.url_open(url).text)
            self.post(url)
        self.env.invalidate_all()
        answers = self.given()
        self.assertEqual(len(answers), 5)
        root = self.env.ref("base.user_root")
        self.assertEqual(answers.create_uid | answers.write_uid, root)
        self.assertEqual(answers.user_input_line_ids.create_uid, root)

    def post(self, url, trap="", **values):
        return self.url_open(
            url,
            data={
                "csrf_token": Request.csrf_token(self),
                "homepage": trap,
                **{f"q{q.id}": text for q, text in self.answers(**values).items()},
            },
        )


def _place(ctid):
    """Page and line of a row, from text such as "(0,12)"."""
    return tuple(int(number) for number in ctid.strip("()").split(","))
