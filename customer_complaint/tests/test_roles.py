import base64
import io
import json
import zipfile
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import file_open

from .common import ComplaintCommon

GROUP = "customer_complaint.group_complaint_"
ROLES = (
    *("submitter", "user", "lead", "manager", "acceptance", "handling"),
    *("coordination", "feedback", "supervision", "committee", "auditor", "figures"),
)
LETTERS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


@tagged("post_install", "-at_install")
class TestRoles(ComplaintCommon):
    """Posts beside the four levels: what each sees and may do, and nothing else."""

    def make_user(self, *codes):
        groups = ",".join(f"{GROUP}{code}" for code in codes)
        return new_test_user(
            self.env,
            "t_post_" + "_".join(codes),
            groups,
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
            tz="UTC",
        )

    def sees(self, user, complaint):
        return bool(
            self.env["customer.complaint"]
            .with_user(user)
            .search_count([("id", "=", complaint.id)])
        )

    def test_acceptance_assigns_what_nobody_has_taken(self):
        # C-55
        user = self.make_user("acceptance")
        new = self.make_complaint(team_id=self.other_team.id)
        taken = self.make_owned()
        with Form(new.with_user(user)) as form:
            form.user_id = self.colleague
        self.assertEqual((new.user_id, new.stage_type), (self.colleague, "assessed"))
        self.assertTrue(self.sees(user, new), "the form shows what was saved")
        for complaint in (new, taken):
            with self.assertRaises(AccessError):
                complaint.with_user(user).demand = "x"

    def test_coordination_sees_only_where_several_departments_work(self):
        # C-55 C-58
        user = self.make_user("coordination")
        alone = self.make_complaint(team_id=self.other_team.id)
        both = self.make_complaint(team_id=self.other_team.id)
        both.write(
            {
                "involved_team_ids": [Command.set(self.team.ids)],
                "coordinator_id": self.manager.id,
            }
        )
        self.assertFalse(self.sees(user, alone))
        self.assertTrue(self.sees(user, both))
        both.with_user(user).coordinator_id = user
        self.assertTrue(both.with_user(user).deadline_ids.mapped("due_at"))

    def test_feedback_sees_what_customers_are_to_be_told(self):
        # C-55
        user = self.make_user("feedback")
        complaint = self.make_owned(team_id=self.other_team.id)
        with self.assertRaises(AccessError):
            complaint.with_user(user).demand = "x"
        self.tell_outcome(complaint.sudo())
        self.assertEqual(complaint.stage_type, "feedback")
        # As the dialog does: what closes it is shown afterwards.
        self.env["customer.complaint.confirmation"].with_user(user).web_save(
            {"complaint_id": complaint.id, "solved": "solved", "grade": "5"},
            {"complaint_id": {"fields": {"display_name": {}}}, "solved": {}},
        )
        self.assertEqual(complaint.stage_type, "closed")
        self.assertTrue(complaint.with_user(user).contact_ids.mapped("summary"))

    def test_supervision_reads_all_and_escalates_but_changes_nothing(self):
        # C-55
        user = self.make_user("supervision")
        complaint = self.make_owned(team_id=self.other_team.id).with_user(user)
        self.tell_outcome(complaint.sudo())
        self.assertTrue(complaint.contact_ids.mapped("summary"))
        self.assertTrue(complaint.deadline_ids.mapped("due_at"))
        with self.assertRaises(AccessError):
            complaint.demand = "x"
        with self.assertRaises(AccessError):
            complaint.message_post(body="x")
        self.env["customer.complaint.escalate"].with_user(user).create(
            {
                "complaint_ids": complaint.ids,
                "user_id": self.manager.id,
                "reason": "Nobody moves",
            }
        ).action_escalate()
        self.assertIn(self.manager, complaint.sudo().activity_ids.user_id, "he is told")

    def test_an_auditor_reads_all_and_writes_nothing(self):
        # C-62
        user = self.make_user("auditor")
        complaint = self.make_owned(team_id=self.other_team.id).with_user(user)
        self.assertTrue(complaint.read(["title", "demand"]))
        for act in (
            lambda: complaint.write({"demand": "x"}),
            lambda: complaint.message_post(body="x"),
            lambda: self.env["customer.complaint.escalate"]
            .with_user(user)
            .create({"complaint_ids": complaint.ids, "reason": "x"}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_whoever_may_read_a_complaint_can_open_its_form(self):
        # C-55 C-62
        complaint = self.make_owned(team_id=self.other_team.id)
        complaint.sudo().involved_team_ids = self.team
        complaint.sudo().criterion_ids = self.env[
            "customer.complaint.criterion"
        ].search([], limit=1)
        self.tell_outcome(complaint.sudo())
        for code in (
            "supervision",
            "auditor",
            "acceptance",
            "coordination",
            "feedback",
        ):
            user = self.make_user(code)
            seen = complaint.with_user(user)
            arch = etree.fromstring(seen.get_view(view_type="form")["arch"])
            # Fields of the complaint itself; those of lists within are read with them.
            names = {
                node.get("name"): {"fields": {"display_name": {}}}
                if seen._fields[node.get("name")].relational
                else {}
                for node in arch.xpath("//field[not(ancestor::field)]")
            }
            with self.subTest(post=code):
                self.assertTrue(seen.web_read(names))

    def test_who_only_reads_says_nothing_to_the_customer(self):
        # C-62
        complaint = self.make_owned(team_id=self.other_team.id)
        template = self.env.ref("customer_complaint.mail_template_progress")
        for role in ("auditor", "supervision", "acceptance"):
            user = self.make_user(role)
            seen = complaint.with_user(user)
            seen.message_subscribe(partner_ids=user.partner_id.ids)
            self.assertIn(user.partner_id, complaint.message_partner_ids)
            composer = {
                "model": complaint._name,
                "res_ids": str(complaint.ids),
                "body": "Nothing will be done.",
            }
            for act in (
                lambda seen=seen: seen.message_post(body="x"),
                lambda seen=seen: seen.message_post(
                    body="x", message_type="comment", subtype_xmlid="mail.mt_comment"
                ),
                lambda seen=seen: seen.message_notify(
                    body="x", subject="x", partner_ids=self.partner.ids
                ),
                lambda user=user: template.with_user(user).send_mail(complaint.id),
                lambda user=user, composer=composer: self.env["mail.compose.message"]
                .with_user(user)
                .create({**composer, "composition_mode": "mass_mail"})
                ._action_send_mail(),
            ):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    act()

    def test_an_observer_writes_notes_and_nothing_else(self):
        # C-62
        complaint = self.make_owned()
        complaint.observer_ids = self.seller
        seen = complaint.with_user(self.seller)
        note = seen.message_post(body="He called me, too.")
        self.assertTrue(note.subtype_id.internal)
        comment = self.env.ref("mail.mt_comment")
        with self.assertRaises(AccessError):
            seen.message_post(body="x", subtype_id=comment.id)
        with self.assertRaises(AccessError):
            note.write({"subtype_id": comment.id, "is_internal": False})

    def test_the_committee_applies_the_set_up_wizard(self):
        # C-60
        member = self.make_user("committee")
        setup = self.env["customer.complaint.setup"].with_user(member).create({})
        setup.bundle_id = self.env["customer.complaint.bundle"].search([])[-1:]
        setup.switch_channels = True
        setup.action_apply()
        self.assertTrue(setup.bundle_id.path_id.active)

    def test_only_those_who_can_open_it_are_named(self):
        # C-58 C-62
        complaint = self.make_owned()
        other = self.env["res.company"].create({"name": "Other Ltd"})
        stranger = new_test_user(
            self.env,
            "t_stranger",
            f"{GROUP}user",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        complaint = complaint.with_user(self.manager)
        for user in (self.employee, stranger):
            for values in (
                {"observer_ids": [Command.link(user.id)]},
                {"coordinator_id": user.id},
                {"user_id": user.id},
            ):
                with self.assertRefused(ValidationError, "could not open"):
                    complaint.write(values)
        with self.assertRefused(ValidationError, "could not open"):
            complaint.user_id = self.seller  # he sees his own, and works on none

    def test_who_observes_no_longer_is_told_no_longer(self):
        # C-62
        complaint = self.make_owned()
        complaint.observer_ids = self.seller | self.handler
        complaint.observer_ids = False
        self.assertNotIn(self.seller.partner_id, complaint.message_partner_ids)
        self.assertIn(self.handler.partner_id, complaint.message_partner_ids)

    def test_nobody_makes_himself_a_guest(self):
        complaint = self.make_owned()
        with self.assertRefused(AccessError, "set by its process"):
            complaint.guest_ids = self.colleague

    def test_who_hands_a_complaint_to_another_team_has_saved_it(self):
        # C-104
        complaint = self.make_complaint(user_id=self.handler.id, user=self.lead)
        self.assertTrue(complaint.first_contact_id == self.lead)
        [shown] = complaint.with_user(self.handler).web_save(
            {"team_id": self.other_team.id, "user_id": self.colleague.id},
            {
                "name": {},
                "team_id": {"fields": {"display_name": {}, "leader_id": {}}},
                "line_ids": {"fields": {"name": {}}},
                "event_ids": {"fields": {"old": {}}},
            },
        )
        self.assertFalse(self.sees(self.handler, complaint))
        self.assertEqual(complaint.team_id, self.other_team)
        self.assertEqual((shown["name"], shown["line_ids"]), (complaint.name, []))
        self.assertEqual(shown["team_id"]["display_name"], "Workshop")
        self.assertNotIn("leader_id", shown["team_id"])
        self.assertNotIn("event_ids", shown)

    def test_closing_without_the_right_to_it_says_what_is_missing(self):
        # C-55
        user = self.make_user("acceptance")
        complaint = self.make_complaint()
        closed = self.env.ref("customer_complaint.stage_closed")
        with self.assertRefused(ValidationError, "Something is missing"):
            complaint.with_user(user).stage_id = closed

    def test_only_the_committee_changes_rules_where_managers_do_not_decide(self):
        # C-60
        policy = self.env.ref("customer_complaint.policy_graded")
        member = self.make_user("committee")
        policy.with_user(self.manager).check_access("write")
        settings = self.env["res.config.settings"].create({})
        self.assertTrue(settings.group_complaint_managers_decide)
        settings.group_complaint_managers_decide = False
        settings.execute()
        manager = self.make_user("manager")
        policy.with_user(member).check_access("write")
        for model in ("policy", "policy.line", "level", "escalation.step"):
            name = f"customer.complaint.{model}"
            self.assertTrue(self.env[name].with_user(member).has_access("create"))
            for user in (manager, self.manager):
                self.assertFalse(self.env[name].with_user(user).has_access("write"))
                self.assertTrue(self.env[name].with_user(user).has_access("read"))

    def test_departments_that_work_along_see_and_work_on_it(self):
        # C-58 C-104
        complaint = self.make_owned()
        self.assertFalse(self.sees(self.colleague, complaint))
        complaint.involved_team_ids = self.other_team
        self.env.flush_all()  # as the end of a request does
        self.assertTrue(self.sees(self.colleague, complaint))
        complaint.with_user(self.colleague).demand = "A new door and handles"
        self.assertTrue(
            complaint.with_user(self.colleague).deadline_ids.mapped("due_at")
        )
        self.other_team.member_ids = [Command.unlink(self.colleague.id)]
        self.env.flush_all()
        self.assertFalse(self.sees(self.colleague, complaint))

    def test_several_departments_need_a_coordinator(self):
        # C-58
        complaint = self.make_owned()
        complaint.involved_team_ids = self.other_team
        self.assertEqual(complaint.coordinator_id, self.lead, "proposed")
        self.assertTrue(complaint.is_complex)
        self.assertIn(self.lead.partner_id, complaint.message_partner_ids)
        with self.assertRefused(ValidationError, "Name a coordinator"):
            complaint.coordinator_id = False
        with self.assertRefused(ValidationError, "answers for it already"):
            complaint.involved_team_ids = self.team

    def test_an_observer_reads_and_is_told_but_changes_nothing(self):
        # C-62
        complaint = self.make_owned()
        complaint.observer_ids = self.seller
        self.assertIn(self.seller.partner_id, complaint.message_partner_ids)
        seen = complaint.with_user(self.seller)
        self.assertTrue(seen.read(["title"]))
        self.assertTrue(seen.deadline_ids.mapped("due_at"))
        with self.assertRaises(AccessError):
            seen.demand = "x"


@tagged("post_install", "-at_install")
class TestTrail(ComplaintCommon):
    """Who changed what, from and to; nobody changes that afterwards."""

    def test_changes_are_kept_with_who_from_to_and_reason(self):
        # C-52 X-10
        complaint = self.make_complaint()
        complaint.with_user(self.handler).action_take()
        complaint.with_user(self.lead)._change_level(self.levels[0], "Danger")
        trail = complaint.event_ids
        self.assertCountEqual(
            trail.mapped("field_name"), ["user_id", "stage_id", "level_id"]
        )
        self.assertEqual(trail.mapped("user_id"), self.handler | self.lead)
        graded = trail[-1]
        self.assertEqual(graded.label, "Level")
        self.assertEqual(
            (graded.old, graded.new, graded.reason),
            (self.levels[1].display_name, self.levels[0].display_name, "Danger"),
        )

    def test_type_path_departments_and_observers_are_kept_as_well(self):
        # C-52
        complaint = self.make_complaint().with_user(self.lead)
        path = self.env.ref("customer_complaint.path_eight_steps")
        path.active = True
        complaint.write(
            {
                "record_type": "suggestion",
                "path_id": path.id,
                "involved_team_ids": [Command.set(self.other_team.ids)],
                "observer_ids": [Command.set(self.seller.ids)],
            }
        )
        changed = {e.field_name: (e.old, e.new) for e in complaint.event_ids}
        self.assertLessEqual(
            {"record_type", "path_id", "involved_team_ids", "observer_ids"},
            changed.keys(),
        )
        self.assertEqual(changed["involved_team_ids"], ("", "Workshop"))
        self.assertEqual(changed["coordinator_id"][1], self.lead.name, "computed")

    def test_who_deleted_which_complaint_is_kept(self):
        # C-52
        complaint = self.make_complaint()
        number = complaint.name
        complaint.with_user(self.manager).unlink()
        log = self.env["customer.complaint.access.log"].search(
            [("kind", "=", "delete")]
        )
        self.assertEqual((log.user_id, log.detail), (self.manager, number))

    def test_what_stays_as_it_was_leaves_no_trace(self):
        complaint = self.make_owned()
        known = complaint.sudo().event_ids
        complaint.write({"user_id": self.handler.id, "demand": "Another door"})
        self.assertEqual(complaint.sudo().event_ids, known)

    def test_nobody_changes_the_trail(self):
        # C-52 X-10 X-12
        complaint = self.make_owned()
        complaint.action_start()
        event = complaint.sudo().event_ids[-1]
        for user in (self.handler, self.lead, self.manager):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(event.with_user(user).has_access(operation))
        with self.assertRefused(UserError, "not changed"):
            event.sudo().new = "x"
        with self.assertRefused(UserError, "not deleted"):
            event.sudo().unlink()
        self.assertTrue(event.with_user(self.lead).read(["old"]))
        with self.assertRaises(AccessError):
            event.with_user(self.handler).read(["old"])


@tagged("post_install", "-at_install")
class TestTakenOut(ComplaintCommon):
    """Prints, exports and what is handed out about a person are noted."""

    def get_logs(self, kind):
        return self.env["customer.complaint.access.log"].search([("kind", "=", kind)])

    def test_who_exports_complaints_is_noted(self):
        # C-52 X-17
        self.handler.group_ids += self.env.ref("base.group_allow_export")
        complaints = self.make_owned() + self.make_owned()
        exported = complaints.export_data(["name", "partner_id/name"])
        self.assertEqual(exported["datas"][0], [complaints[0].name, self.partner.name])
        log = self.get_logs("export")
        self.assertEqual((log.user_id, log.complaint_count), (self.handler, 2))
        self.assertIn("partner_id/name", log.detail)
        for user in (self.handler, self.lead):
            with self.assertRaises(AccessError):
                log.with_user(user).read(["detail"])
        with self.assertRaises(AccessError):
            log.with_user(self.manager).unlink()

    def test_who_prints_a_sheet_is_noted(self):
        # C-52
        complaint = self.make_owned()
        complaint.with_context(force_report_rendering=True).get_document("sheet")
        log = self.get_logs("print")
        self.assertEqual((log.user_id, log.complaint_id), (self.handler, complaint))

    def test_who_looks_at_a_sheet_as_a_page_is_noted(self):
        # C-52
        complaint = self.make_owned()
        reports = self.env["ir.actions.report"].with_user(self.handler)
        for render in (reports._render_qweb_html, reports._render_qweb_text):
            render("customer_complaint.report_sheet", complaint.ids)
            log = self.get_logs("print")[:1]
            self.assertEqual((log.user_id, log.complaint_id), (self.handler, complaint))
        self.assertEqual(len(self.get_logs("print")), 2)

    def test_who_exports_what_belongs_to_complaints_is_noted(self):
        # C-52 X-17
        self.handler.group_ids += self.env.ref("base.group_allow_export")
        complaint = self.make_owned()
        complaint.deadline_ids.export_data(["complaint_id/email_from"])
        log = self.get_logs("export")
        self.assertEqual((log.user_id, log.complaint_id), (self.handler, complaint))
        self.assertIn("complaint_id/email_from", log.detail)
        self.partner.with_user(self.handler).export_data(["name"])
        self.assertEqual(len(self.get_logs("export")), 1)

    def test_who_exports_complaints_on_the_way_of_another_record_is_noted(self):
        # C-52
        self.handler.group_ids += self.env.ref("base.group_allow_export")
        complaint = self.make_owned()
        problem = complaint.env["customer.complaint.problem"].create({"name": "Hinges"})
        problem.export_data(["name", "user_id/name"])
        self.assertFalse(self.get_logs("export"))
        complaint.problem_id = problem
        for path in ("complaint_ids/description", "complaint_ids"):
            problem.export_data(["name", path])
            log = self.get_logs("export")[:1]
            self.assertEqual((log.user_id, log.complaint_id), (self.handler, complaint))
            self.assertEqual(log.detail, f"Shared Problem: name, {path}")

    def test_who_takes_the_register_is_noted(self):
        # C-52
        complaint = self.make_owned()
        self.lead.group_ids += self.env.ref("base.group_allow_export")
        register = (
            self.env["customer.complaint.register"]
            .with_user(self.lead)
            .create({"date_from": "2025-03-01", "date_to": "2025-03-31"})
        )
        register.action_download()
        self.assertFalse(self.get_logs("export"), "nothing has left yet")
        answer = complaint.with_user(self.lead).get_register(
            [("id", "=", complaint.id)]
        )
        log = self.get_logs("export")
        self.assertEqual((log.user_id, log.complaint_count), (self.lead, 1))
        self.assertEqual(answer["count"], 1)

    def test_a_persons_data_are_his_in_all_companies_and_nobody_elses(self):
        #
        other = self.env["res.company"].create({"name": "Other Ltd"})
        self.manager.company_ids += other
        person = self.env["res.partner"].create(
            {"name": "Joe", "email": "j_e@example.com"}
        )
        nobody = {"partner_id": False, "partner_name": "X"}
        mine = self.make_complaint(**nobody, email_from="Joe <J_E@example.com>")
        self.make_complaint(**nobody, email_from="joe@example.com")
        abroad = self.make_complaint(
            partner_id=person.id,
            company_id=other.id,
            team_id=False,
        )
        passed_on = self.make_complaint(third_party_id=person.id)
        action = person.with_user(self.manager).action_export_complaint_data()
        export = self.env[action["res_model"]].browse(action["res_id"])
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(export.file))) as archive:
            data = json.loads(archive.read("data.json"))
        self.assertEqual(
            {told["name"] for told in data["complaints"]}, {mine.name, abroad.name}
        )
        self.assertEqual([c["name"] for c in data["passed_on"]], [passed_on.name])
        self.assertNotIn(self.partner.email, json.dumps(data))
        self.assertIn("Other Ltd", data["companies"])

    def test_a_manager_hands_out_all_that_is_known_about_a_person(self):
        #
        complaint = self.make_owned()
        self.tell_outcome(complaint)
        complaint.message_post(
            body="Dear customer",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        complaint.message_post(
            body="He is difficult", attachments=[("note.txt", b"Difficult.")]
        )
        self.env["ir.attachment"].create(
            {
                "name": "../door.txt",
                "raw": b"crack",
                "res_model": complaint._name,
                "res_id": complaint.id,
            }
        )
        other = self.env["res.partner"].create({"name": "Somebody else"})
        self.make_complaint(partner_id=other.id, description="Not his")
        action = self.partner.with_user(self.manager).action_export_complaint_data()
        export = self.env[action["res_model"]].browse(action["res_id"])
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(export.file))) as archive:
            data = json.loads(archive.read("data.json"))
            (name,) = [name for name in archive.namelist() if name != "data.json"]
            self.assertEqual(archive.read(name), b"crack")
            self.assertEqual(name.count("/"), 1)
        (told,) = data["complaints"]
        self.assertEqual(told["name"], complaint.name)
        self.assertEqual(told["contacts"][0]["summary"], "Told the outcome.")
        self.assertEqual([m["text"] for m in told["messages"]], ["Dear customer"])
        self.assertEqual(self.get_logs("person").partner_id, self.partner)
        with self.assertRaises(AccessError):
            self.partner.with_user(self.lead).action_export_complaint_data()


@tagged("post_install", "-at_install")
class TestRights(ComplaintCommon):
    """The table in the manual is what the database says."""

    def test_figures_only_shows_numbers_and_no_person(self):
        #
        user = new_test_user(
            self.env,
            "t_post_figures",
            f"{GROUP}figures",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        complaint = self.make_owned(
            received_at=fields.Datetime.now() - timedelta(days=9)
        )
        with self.assertRaises(AccessError):
            complaint.with_user(user).read(["name"])
        other = self.env["res.company"].create({"name": "Other Ltd"})
        dashboard = self.env["customer.complaint.dashboard"].with_user(user)
        figures = dashboard.get_dashboard()
        new = next(tile for tile in figures["tiles"] if tile["code"] == "new")
        self.assertGreaterEqual(new["value"], 1)
        self.assertFalse(figures["late"] or figures["todo"] or figures["alerts"])
        self.assertNotIn("domain': [(", str(figures))
        self.assertNotIn(self.partner.name, str(figures))
        with self.assertRaises(AccessError):
            dashboard.with_context(allowed_company_ids=other.ids).get_dashboard()

    def test_the_table_of_rights_in_the_manual_is_true(self):
        # C-55 C-56 C-62 X-09
        users = {
            role: new_test_user(self.env, f"t_right_{role}", f"{GROUP}{role}")
            for role in ROLES
        }
        users["accounting"] = new_test_user(
            self.env, "t_right_accounting", "account.group_account_invoice"
        )
        users["portal"] = new_test_user(self.env, "t_right_portal", "base.group_portal")
        names = self.env["ir.model"].search(
            [("model", "=like", "customer.complaint%"), ("transient", "=", False)],
            order="model",
        )
        lines = [
            "| | " + " | ".join(users) + " |",
            "|---|" + "---|" * len(users),
        ]
        for name in names.mapped("model"):
            model = self.env[name]
            if model._abstract or model._name == "customer.complaint.dashboard":
                continue
            rights = [
                "".join(
                    letter
                    for letter, operation in LETTERS.items()
                    if model.with_user(user).has_access(operation)
                )
                for user in users.values()
            ]
            lines.append(
                f"| {name.removeprefix('customer.')} | " + " | ".join(rights) + " |"
            )
        with file_open("customer_complaint/readme/CONFIGURE.md") as manual:
            told = [line.strip() for line in manual if line.startswith("|")]
        if told != lines:
            self.fail("Write this into the manual:\n" + "\n".join(lines))
