from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.customer_complaint_absence import Away
from .common import ComplaintCommon
from .credit_common import CreditCommon

NOW = datetime(2025, 3, 5, 10, 0)


class AbsenceCommon(ComplaintCommon):
    """A fixed moment, and a second handler in the team."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clock = freeze_time(NOW)
        clock.start()
        cls.addClassCleanup(clock.stop)
        # What a complaint needs before it may close is not the question here.
        cls.env["customer.complaint.requirement"].search([]).active = False
        cls.deputy = new_test_user(
            cls.env,
            "t_deputy",
            "customer_complaint.group_complaint_user",
            name="Dora Deputy",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )
        cls.team.member_ids += cls.deputy
        cls.env["customer.complaint.absence"].search([]).unlink()

    @classmethod
    def away(cls, user, deputy=None, by=None, days=(-1, 5), **values):
        """An absence from-to in days from now; unless told otherwise entered by the person."""
        model = cls.env["customer.complaint.absence"].with_user(by or user)
        first, last = days
        return model.create(
            {
                "user_id": user.id,
                "deputy_id": deputy and deputy.id,
                "date_from": NOW + timedelta(days=first),
                "date_to": NOW + timedelta(days=last),
                **values,
            }
        )

    def deputies(self, *users):
        self.team.deputy_ids = [
            Command.clear(),
            *[
                Command.create({"user_id": user.id, "sequence": number})
                for number, user in enumerate(users)
            ],
        ]


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


@tagged("post_install", "-at_install")
class TestAbsentOwner(AbsenceCommon):
    def test_the_customer_is_told_the_name_of_who_stands_in(self):
        complaint = self.make_owned()
        self.assertEqual(complaint._get_contact_person(), self.handler)
        absence = self.away(self.handler, self.deputy)
        self.assertEqual(complaint._get_contact_person(), self.deputy)
        absence.date_to = NOW
        self.assertEqual(complaint._get_contact_person(), self.handler)

    def test_nobody_is_named_who_may_not_open_the_complaint(self):
        complaint = self.make_owned()
        absence = self.away(self.handler, self.colleague)
        self.assertEqual(complaint._get_contact_person(), self.lead)
        self.assertEqual(complaint.sudo()._get_contact_person(), self.lead)
        self.away(self.lead)
        self.assertEqual(complaint._get_contact_person(), self.handler)
        absence.deputy_id = self.deputy
        self.assertEqual(complaint._get_contact_person(), self.deputy)

    def test_complaints_whose_owner_is_away_are_found(self):
        waiting, closed, other = (
            self.make_complaint(user_id=user.id)
            for user in (self.handler, self.handler, self.deputy)
        )
        unowned = self.make_complaint()
        closed._close("confirmed")
        self.away(self.handler)
        all_ = waiting + closed + other + unowned
        model = self.env["customer.complaint"].with_user(self.lead)
        for operator, expected in (("!=", waiting), ("=", all_ - waiting)):
            found = model.search(
                [("owner_absence", operator, False), ("id", "in", all_.ids)]
            )
            self.assertEqual(set(found.ids), set(expected.ids))

    def test_colleagues_see_beside_the_owner_until_when_and_who_stands_in(self):
        # C-45
        complaint = self.make_owned()
        self.assertFalse(complaint.owner_absence)
        # Until Tuesday 0:00 means Monday.
        absence = self.away(self.handler, date_to=datetime(2025, 3, 11))
        self.env.invalidate_all()
        self.assertEqual(
            complaint.owner_absence,
            "Away until Mar 10, 2025 – deputy " + self.lead.name,
        )
        absence.write({"deputy_id": self.deputy.id, "date_to": NOW.replace(hour=16)})
        self.env.invalidate_all()
        self.assertEqual(
            complaint.owner_absence, "Away until 16:00 – deputy Dora Deputy"
        )
        self.assertEqual(
            self.team.absence_hint,
            f"{self.handler.name}: Away until 16:00 – deputy Dora Deputy",
        )
        absence.deputy_id = False
        self.away(self.lead)
        self.env.invalidate_all()
        self.assertEqual(complaint.owner_absence, "Away until 16:00, nobody stands in")
        complaint.sudo()._close("confirmed")
        self.assertFalse(complaint.owner_absence)

    def test_customers_read_nothing_of_it(self):
        for fname in ("owner_absence", "late_chance", "late_forecast"):
            self.assertEqual(
                self.env["customer.complaint"]._fields[fname].groups, "base.group_user"
            )

    def test_the_list_costs_the_same_for_one_and_eighty(self):
        self.away(self.handler, self.deputy)
        for _index in range(80):
            self.make_complaint(user_id=self.handler.id)
        complaints = self.env["customer.complaint"].with_user(self.handler)
        counts = []
        for limit in (1, 1, 80):
            self.env.invalidate_all()
            self.env.cr.cache.clear()
            start = self.env.cr.sql_log_count
            complaints.web_search_read([], {"owner_absence": {}}, limit=limit)
            counts.append(self.env.cr.sql_log_count - start)
        self.assertEqual(counts[1], counts[2])

    def test_what_the_customer_writes_reaches_who_stands_in(self):
        self.deputy.notification_type = "inbox"
        complaint = self.make_complaint(user_id=self.handler.id)

        def write():
            message = complaint.message_post(
                body="Where is my door?",
                author_id=self.partner.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
            return message.notified_partner_ids

        self.assertNotIn(self.deputy.partner_id, write())
        self.away(self.handler, self.deputy)
        self.assertIn(self.deputy.partner_id, write())

    def test_who_works_in_two_companies_gets_along_with_who_works_in_one(self):
        company = self.env["res.company"].create({"name": "Other Ltd"})
        self.manager.company_ids += company
        complaint = self.make_complaint(user_id=self.handler.id)
        self.away(self.handler, self.deputy)
        both = complaint.with_user(self.manager).with_context(
            allowed_company_ids=(company + self.company).ids
        )
        self.assertIn("Dora Deputy", both.read(["owner_absence"])[0]["owner_absence"])
        self.env["customer.complaint.escalate"].with_env(both.env).create(
            {
                "complaint_ids": both.ids,
                "user_id": self.lead.id,
                "reason": "No van is free.",
            }
        ).action_escalate()
        self.assertIn(self.lead.partner_id, complaint.message_partner_ids)
        self.deputy.notification_type = "inbox"
        message = both.sudo().message_post(
            body="Where is my door?",
            author_id=self.partner.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertIn(self.deputy.partner_id, message.notified_partner_ids)

    def test_who_left_the_company_is_not_told(self):
        complaint = self.make_complaint(user_id=self.handler.id)
        self.assertTrue(complaint._can_tell(self.handler))
        company = self.env["res.company"].create({"name": "Other Ltd"})
        self.handler.write(
            {"company_id": company.id, "company_ids": [Command.set(company.ids)]}
        )
        self.assertFalse(complaint._can_tell(self.handler))


@tagged("post_install", "-at_install")
class TestHandOver(AbsenceCommon):
    def make_many(self, count):
        model = self.env["customer.complaint"].with_context(tracking_disable=True)
        return model.create(
            [
                {
                    "partner_id": self.partner.id,
                    "description": "Cracked.",
                    "demand": "A new one.",
                    "category_id": self.category.id,
                    "user_id": self.handler.id,
                    "received_at": NOW,
                    "acknowledge": False,
                }
                for _index in range(count)
            ]
        )

    def test_open_complaints_go_to_the_deputy_with_a_line_in_their_history(self):
        open_, closed = self.make_many(2)
        closed._close("confirmed")
        open_.activity_schedule(user_id=self.handler.id, summary="Call back")
        open_.activity_schedule(user_id=self.lead.id, summary="Look after it")
        absence = self.away(self.handler, self.deputy, reason="Holiday.")
        self.assertEqual(absence.open_count, 1)
        said = absence.action_hand_over()["params"]["message"]
        self.assertEqual(said, "Complaints handed over: 1")
        self.assertEqual(open_.user_id, self.deputy)
        self.assertEqual(closed.user_id, self.handler)
        self.assertEqual(
            {a.summary: a.user_id for a in open_.activity_ids},
            {"Call back": self.deputy, "Look after it": self.lead},
        )
        history = " ".join(open_.message_ids.mapped("body"))
        self.assertRegex(
            history, "Handed over from .* to Dora Deputy until Mar 10, 2025"
        )
        # Why he is away is nobody's business, the deputy's included.
        told = self.env["mail.message"].search(
            [("partner_ids", "in", self.deputy.partner_id.ids)]
        )
        self.assertTrue(told)
        self.assertNotIn("Holiday", history + " ".join(told.mapped("body")))

    def test_a_hundred_are_one_write_and_one_message(self):
        complaints = self.make_many(100)
        absence = self.away(self.handler, self.deputy)
        self.env.flush_all()
        message = self.env["mail.message"].search([], order="id desc", limit=1)
        writes = []
        write = type(complaints).write

        def count(records, vals):
            if "user_id" in vals:
                writes.append(len(records))
            return write(records, vals)

        with patch.object(type(complaints), "write", count):
            absence.action_hand_over()
        self.assertEqual(writes, [100])
        self.assertEqual(complaints.user_id, self.deputy)
        told = self.env["mail.message"].search(
            [("id", ">", message.id), ("message_type", "=", "user_notification")]
        )
        self.assertEqual(len(told), 1)
        self.assertEqual(told.partner_ids, self.deputy.partner_id)
        self.assertEqual(told.subject, "Open complaints for you: 100")

    def test_with_nothing_open_nothing_happens(self):
        absence = self.away(self.handler, self.deputy)
        for action in (absence.action_hand_over, absence.action_take_back):
            self.assertRegex(action()["params"]["message"], ": 0$")
        none = absence.browse()
        self.assertRegex(none.action_hand_over()["params"]["message"], ": 0$")

    def test_without_a_deputy_it_says_what_to_do(self):
        absence = self.away(self.handler)
        with self.assertRefused(UserError, "Choose a deputy first"):
            absence.action_hand_over()

    def test_back_again_he_takes_what_the_deputy_still_has(self):
        kept, passed_on, closed, new = self.make_many(4)
        absence = self.away(self.handler, self.deputy)
        new.user_id = self.deputy
        absence.action_hand_over()
        passed_on.user_id = self.lead
        closed._close("confirmed")
        self.assertEqual(absence.handed_count, 1)
        absence.action_take_back()
        self.assertEqual(kept.user_id, self.handler)
        self.assertEqual(passed_on.user_id, self.lead)
        self.assertEqual((closed + new).user_id, self.deputy)
        self.assertEqual(absence.handed_count, 0)

    def test_several_absences_at_once_each_to_its_deputy(self):
        first, second = self.make_many(2)
        second.user_id = self.lead
        absences = self.away(self.handler, self.deputy) + self.away(
            self.lead, self.manager
        )
        absences.with_user(self.manager).action_hand_over()
        self.assertEqual(first.user_id, self.deputy)
        self.assertEqual(second.user_id, self.manager)

    def test_a_deputy_who_is_away_himself_passes_the_complaints_on(self):
        complaint = self.make_many(1)
        self.away(self.deputy, self.colleague)
        absence = self.away(self.handler, self.deputy)
        absence.action_hand_over()
        self.assertEqual(complaint.user_id, self.colleague)
        absence.action_take_back()
        self.assertEqual(complaint.user_id, self.handler)

    def test_only_who_may_write_the_absence_hands_over(self):
        complaint = self.make_many(1)
        absence = self.away(self.handler, self.deputy)
        for user in (self.colleague, self.deputy, self.seller):
            for method in ("action_hand_over", "action_take_back"):
                with self.assertRaises(AccessError):
                    getattr(absence.with_user(user), method)()
        self.assertEqual(complaint.user_id, self.handler)
        absence.with_user(self.lead).action_hand_over()
        self.assertEqual(complaint.user_id, self.deputy)

    def test_what_the_deputy_cannot_open_stays(self):
        company = self.env["res.company"].create({"name": "Other Ltd"})
        self.handler.company_ids += company
        mine = self.make_many(1)
        other = (
            self.env["customer.complaint"]
            .with_company(company)
            .create({"description": "x", "company_id": company.id, "team_id": False})
        )
        self.env.cr.execute(
            "UPDATE customer_complaint SET user_id = %s WHERE id = %s",
            [self.handler.id, other.id],
        )
        self.env.invalidate_all()
        absence = self.away(self.handler, self.deputy)
        self.assertEqual(absence.open_count, 2)
        action = absence.action_hand_over()
        self.assertEqual((mine.user_id, other.user_id), (self.deputy, self.handler))
        self.assertEqual(
            action["params"]["message"],
            "Complaints handed over: 1. 1 stay: another company or no rights.",
        )
        # Where the deputy works it goes along, whichever companies are ticked.
        self.deputy.company_ids += company
        absence.action_hand_over()
        self.assertEqual(other.user_id, self.deputy)

    def test_what_the_actor_may_not_write_stays_and_is_counted(self):
        mine, others = self.make_many(2)
        others.team_id = self.other_team
        self.env.flush_all()
        absence = self.away(self.handler, self.deputy)
        action = absence.with_user(self.lead).action_hand_over()
        self.assertEqual((mine.user_id, others.user_id), (self.deputy, self.handler))
        self.assertIn("1 stay", action["params"]["message"])
        self.assertEqual(action["params"]["type"], "warning")

    def test_a_closed_complaint_with_a_promise_goes_along_and_comes_back(self):
        promised, settled = self.make_many(2)
        (promised + settled)._close("confirmed")
        promised.sudo()._promise(NOW + timedelta(days=9), "We call you again.")
        absence = self.away(self.handler, self.deputy)
        self.assertEqual(absence.open_count, 1)
        absence.action_hand_over()
        self.assertEqual(promised.user_id, self.deputy)
        self.assertEqual(settled.user_id, self.handler)
        self.assertEqual(absence.handed_count, 1)
        absence.action_take_back()
        self.assertEqual(promised.user_id, self.handler)

    def test_what_the_deputy_got_on_its_own_merits_is_not_taken_back(self):
        closed, given, kept = self.make_many(3)
        absence = self.away(self.handler, self.deputy)
        absence.action_hand_over()
        closed._close("confirmed")
        closed._reopen("It is broken again.")
        given.user_id = self.lead
        given.user_id = self.deputy
        self.assertEqual(absence.handed_count, 1)
        absence.action_take_back()
        self.assertEqual((closed + given).user_id, self.deputy)
        self.assertEqual(kept.user_id, self.handler)

    def test_what_the_deputy_hands_over_himself_comes_back_to_the_first(self):
        complaint = self.make_many(1)
        first = self.away(self.handler, self.deputy)
        first.action_hand_over()
        second = self.away(self.deputy, self.colleague)
        second.action_hand_over()
        self.assertEqual(complaint.user_id, self.colleague)
        second.action_take_back()
        first.action_take_back()
        self.assertEqual(complaint.user_id, self.handler)


@tagged("post_install", "-at_install")
class TestAbsentLead(CreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.complaint_credit_approval_amount = 10
        cls.complaint.sudo().team_id = cls.team
        cls.second_lead = new_test_user(
            cls.env,
            "t_second_lead",
            "customer_complaint.group_complaint_lead",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.team.member_ids += cls.second_lead

    def away(self, user, deputy=None):
        now = fields.Datetime.now()
        return self.env["customer.complaint.absence"].create(
            {
                "user_id": user.id,
                "deputy_id": deputy and deputy.id,
                "date_from": now - timedelta(days=1),
                "date_to": now + timedelta(days=1),
            }
        )

    def todo(self, request):
        return request.sudo().activity_ids.user_id

    def test_the_deputy_of_an_absent_lead_is_asked_and_approves(self):
        self.assertEqual(self.todo(self.ask(amount=50)), self.lead)
        self.away(self.lead, self.second_lead)
        request = self.ask(amount=50)
        self.assertEqual(self.todo(request), self.second_lead)
        request.with_user(self.second_lead).action_approve()
        self.assertEqual(request.state, "to_do")
        self.assertFalse(self.todo(request))

    def test_what_waits_for_approval_goes_along_when_a_lead_hands_over(self):
        request, own = (
            self.ask(complaint, amount=50)
            for complaint in (
                self.complaint,
                self.complaint.with_user(self.second_lead),
            )
        )
        self.assertEqual(self.todo(request) + self.todo(own), self.lead)
        self.away(self.lead, self.second_lead).with_user(self.lead).action_hand_over()
        self.assertEqual(self.todo(request), self.second_lead)
        # His own request waits for somebody else.
        self.assertNotIn(self.todo(own), self.lead + self.second_lead)
        self.assertTrue(self.todo(own))

    def test_who_asks_for_help_is_offered_who_stands_in_for_the_lead(self):
        # C-42
        model = self.env["customer.complaint.escalate"].with_user(self.handler)
        values = {"complaint_ids": self.complaint.ids, "reason": "Stuck"}
        self.assertEqual(model.new(values).user_id, self.lead)
        self.away(self.lead, self.second_lead)
        self.assertEqual(model.new(values).user_id, self.second_lead)

    def test_a_deputy_without_the_rights_is_not_asked(self):
        # C-65
        self.away(self.lead, self.colleague)
        request = self.ask(amount=50)
        self.assertNotIn(self.colleague, self.todo(request))
        self.team.member_ids += self.colleague
        with self.assertRefused(AccessError, "team lead"):
            request.with_user(self.colleague).action_approve()

    def test_who_asked_for_the_money_never_approves_it_as_a_deputy(self):
        # C-65
        self.away(self.lead, self.second_lead)
        request = self.ask(self.complaint.with_user(self.second_lead), amount=50)
        self.assertNotIn(self.second_lead, self.todo(request))
        self.assertTrue(self.todo(request))
        with self.assertRefused(UserError, "your own request"):
            request.with_user(self.second_lead).action_approve()

    def test_a_cancelled_request_is_nobodys_to_do(self):
        request = self.ask(amount=50)
        request.with_user(self.handler)._cancel("Changed his mind")
        self.assertFalse(self.todo(request))
