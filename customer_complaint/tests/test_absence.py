from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.customer_complaint_absence import Away
from .absence_common import NOW, AbsenceCommon


@tagged("post_install", "-at_install")
class TestStandIn(AbsenceCommon):
    def stand_in(self, user=None, team=None, **options):
        return (user or self.handler)._get_complaint_stand_in(team, **options)

    def test_who_is_present_acts_himself(self):
        self.away(self.handler, self.deputy, days=(1, 2))
        self.away(self.handler, self.deputy, days=(-2, -1))
        self.assertEqual(self.stand_in(), self.handler)
        users = self.handler + self.lead
        self.assertEqual(users._get_complaint_stand_in(self.team), users)
        self.assertFalse(self.env["res.users"]._get_complaint_stand_in(self.team))

    def test_from_the_first_moment_to_the_last_excluded_the_deputy_stands_in(self):
        absence = self.away(self.handler, self.deputy)
        for moment, expected in (
            (absence.date_from - timedelta(seconds=1), self.handler),
            (absence.date_from, self.deputy),
            (absence.date_to - timedelta(seconds=1), self.deputy),
            (absence.date_to, self.handler),
        ):
            self.assertEqual(self.stand_in(at=moment), expected)

    def test_an_absent_deputy_passes_on(self):
        self.away(self.handler, self.deputy)
        self.away(self.deputy, self.colleague)
        self.assertEqual(self.stand_in(team=self.team), self.colleague)

    def test_deputies_of_each_other_end_with_the_team(self):
        self.away(self.handler, self.deputy)
        self.away(self.deputy, self.handler)
        self.assertEqual(self.stand_in(team=self.team), self.lead)
        self.assertEqual(self.stand_in(), self.handler)

    def test_without_a_deputy_the_first_present_one_of_the_team_then_its_leader(self):
        self.away(self.handler)
        self.assertEqual(self.stand_in(team=self.team), self.lead)
        self.deputies(self.deputy, self.colleague)
        self.assertEqual(self.stand_in(team=self.team), self.deputy)
        self.away(self.deputy)
        self.assertEqual(self.stand_in(team=self.team), self.colleague)
        self.colleague.active = False
        self.assertEqual(self.stand_in(team=self.team), self.lead)
        self.away(self.lead, self.manager)
        self.assertEqual(self.stand_in(team=self.team), self.manager)

    def test_an_archived_deputy_does_not_stand_in(self):
        self.away(self.handler, self.deputy)
        self.deputy.active = False
        self.assertEqual(self.stand_in(team=self.team), self.lead)

    def test_when_everybody_is_away_the_person_himself_stays_responsible(self):
        for user in (self.handler, self.lead):
            self.away(user)
        self.assertEqual(self.stand_in(team=self.team), self.handler)

    def test_many_people_cost_one_query(self):
        users = self.handler + self.deputy + self.lead + self.colleague + self.manager
        self.away(self.handler, self.colleague)
        self.away(self.deputy)
        self.stand_in(team=self.team)  # the team is cached
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.cache.clear()
        # Absences, whether their deputies are active, and leaves where they exist.
        with self.assertQueryCount(2 + ("hr.leave" in self.env)):
            for _again in range(50):
                found = users._get_complaint_stand_in(self.team)
        # Each once, in order: two of them act for two others as well.
        self.assertEqual(found, self.colleague + self.lead + self.manager)

    def test_validated_leave_counts_as_absence(self):
        #
        until = NOW + timedelta(days=3)
        model = type(self.env["customer.complaint.absence"])
        leaves = {self.handler.id: Away(until, False)}
        with patch.object(model, "_get_time_off", lambda self, at: dict(leaves)):
            self.env.cr.cache.clear()
            self.assertEqual(self.stand_in(team=self.team), self.lead)
            # What he entered himself names his deputy.
            self.away(self.handler, self.deputy)
            self.assertEqual(self.stand_in(team=self.team), self.deputy)

    def test_where_the_time_off_app_is_installed_its_leaves_are_read(self):
        absence = self.env["customer.complaint.absence"]
        if "hr.leave" not in self.env:
            self.assertEqual(absence._get_time_off(NOW), {})
            return
        employee = self.env["hr.employee"].create(
            {"name": "Handler", "user_id": self.handler.id}
        )
        kind = self.env["hr.leave.type"].create(
            {"name": "Holiday", "requires_allocation": False, "time_type": "leave"}
        )
        leave = self.env["hr.leave"].create(
            {
                "employee_id": employee.id,
                "holiday_status_id": kind.id,
                "request_date_from": NOW.date(),
                "request_date_to": NOW.date() + timedelta(days=1),
            }
        )
        self.assertNotIn(self.handler.id, absence._get_time_off(NOW))
        leave.sudo().action_approve()
        self.assertEqual(leave.state, "validate")
        self.assertEqual(
            absence._get_time_off(NOW)[self.handler.id], Away(leave.date_to, False)
        )


@tagged("post_install", "-at_install")
class TestAbsence(AbsenceCommon):
    def test_everybody_enters_his_own_leads_their_teams_managers_all(self):
        for user in (self.seller, self.handler, self.lead, self.manager):
            self.away(user, days=(10, 11))
        self.away(self.handler, by=self.lead)
        self.away(self.colleague, by=self.manager)
        for user, by in (
            (self.colleague, self.handler),
            (self.colleague, self.lead),
            (self.manager, self.lead),
            (self.employee, self.employee),
        ):
            with self.subTest(user=user.login, by=by.login):
                with self.assertRaises(AccessError):
                    self.away(user, by=by, days=(20, 21))

    def test_everybody_sees_his_own_leads_their_teams_managers_all(self):
        for user in (self.seller, self.handler, self.colleague, self.lead):
            self.away(user)
        absence = self.env["customer.complaint.absence"]
        for user, expected in (
            (self.seller, self.seller),
            (self.handler, self.handler),
            (self.lead, self.handler + self.lead),
            (
                self.manager,
                self.seller + self.handler + self.colleague + self.lead,
            ),
        ):
            seen = absence.with_user(user).search([("date_to", ">", NOW)]).user_id
            self.assertEqual(set(seen.ids), set(expected.ids))
            self.assertEqual(
                set(expected.ids)
                - set(absence.with_user(user).new({}).allowed_user_ids.ids),
                set(),
            )
        with self.assertRaises(AccessError):
            absence.with_user(self.employee).search([])

    def test_another_company_sees_and_enters_nothing(self):
        company = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = new_test_user(
            self.env,
            "t_stranger",
            "customer_complaint.group_complaint_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        absence = self.away(self.handler)
        self.assertNotIn(absence, absence.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            self.away(self.handler, by=stranger, days=(20, 21))
        with self.assertRefused(ValidationError, "does not handle complaints of"):
            absence.deputy_id = stranger
        # His own he enters wherever he works at the moment.
        self.handler.company_ids += company
        own = self.away(
            self.handler.with_context(allowed_company_ids=company.ids), days=(20, 21)
        )
        self.assertEqual(own.company_id, self.company)

    def test_an_absence_does_not_overlap_and_is_not_turned_around(self):
        self.away(self.handler, days=(0, 5))
        self.away(self.handler, days=(5, 6))  # right after it
        self.away(self.deputy, days=(0, 5))
        for days, message in (((4, 7), "overlap"), ((-3, 1), "overlap")):
            self.refused_by_database(message, days=days)
        self.refused_by_database("ends_after_start", days=(8, 8))
        self.refused_by_database(
            "deputy_is_another", deputy=self.handler, days=(30, 31)
        )

    def refused_by_database(self, constraint, **values):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, constraint),
            self.env.cr.savepoint(),
        ):
            self.away(self.handler, **values)

    def test_a_deputy_handles_complaints(self):
        for user in (self.seller, self.employee):
            with self.assertRefused(ValidationError, "cannot stand in"):
                self.away(self.handler, user)

    def test_an_absence_stays_with_its_person_and_its_record_is_not_forged(self):
        absence = self.away(self.handler, self.deputy)
        others = self.make_complaint(user_id=self.colleague.id)
        with self.assertRefused(UserError, "stays with the person"):
            absence.user_id = self.lead
        for fname, record in (
            ("handed_over_ids", others),
            ("handed_to_ids", self.colleague),
        ):
            with self.assertRefused(AccessError, "cannot be written directly"):
                absence.write({fname: [Command.set(record.ids)]})
            with self.assertRefused(AccessError, "cannot be written directly"):
                self.away(
                    self.handler, days=(9, 10), **{fname: [Command.set(record.ids)]}
                )

    def test_the_form_is_filled_in_by_each_role(self):
        for user in (self.seller, self.handler, self.lead, self.manager):
            model = self.env["customer.complaint.absence"].with_user(user)
            deputies = model._fields["deputy_id"]._description_domain(self.env)
            names = self.env["res.users"].with_user(user).name_search("", deputies)
            self.assertIn(self.deputy.id, [found for found, _name in names])
            self.assertNotIn(self.seller.id, [found for found, _name in names])
            with Form(model) as form:
                self.assertEqual(form.user_id, user)
                form.date_from = "2025-04-01"
                form.date_to = "2025-04-08"
                form.deputy_id = self.deputy
            self.assertFalse(form.record.is_current)
            self.assertRegex(form.record.display_name, ", Apr 1, 2025 – Apr 7, 2025")

    def test_who_is_away_now_is_found(self):
        absence = self.away(self.handler)
        later = self.away(self.handler, days=(7, 8))
        found = absence.search([("is_current", "=", True)])
        self.assertIn(absence, found)
        self.assertNotIn(later, found)
        self.assertIn(later, absence.search([("is_current", "=", False)]))
