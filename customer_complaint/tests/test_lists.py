from odoo.tests import tagged

from .common import ComplaintCommon

LISTS = [
    "customer.complaint",
    "customer.complaint.deadline",
    "customer.complaint.escalation",
    "customer.complaint.stage.visit",
    "customer.complaint.credit.request",
    "customer.complaint.remedy",
    "customer.complaint.workload",
]


@tagged("post_install", "-at_install")
class TestLists(ComplaintCommon):
    """What every list of complaints, or of what belongs to them, lets a lead do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lead.group_ids += cls.env.ref("base.group_allow_export")
        cls.complaint = cls.make_owned()
        cls.env["customer.complaint.deadline"]._run_due_steps(
            cls.complaint.sudo().next_due_at
        )
        cls.complaint.sudo().action_start()
        cls.env["customer.complaint.remedy"].create(
            {
                "solution_id": cls.complaint.sudo()._get_solution().id,
                "type_id": cls.env.ref("customer_complaint.remedy_type_apology").id,
            }
        )
        cls.env.flush_all()

    def test_every_list_is_filtered_by_date_level_class_channel_team_and_lateness(self):
        #
        for model in LISTS:
            Model = self.env[model].with_user(self.lead)
            view = Model.get_view(view_type="search")["arch"]
            with self.subTest(model):
                self.assertRegex(view, ' date="')
                self.assertRegex(view, 'name="late"')
                for dimension, value in (
                    ("level_id", self.levels[1].id),
                    ("category_id", self.category.id),
                    ("channel_id", self.complaint.channel_id.id),
                    ("team_id", self.complaint.team_id.id),
                ):
                    self.assertIn(dimension, view)
                    if dimension in Model._fields:
                        mine = Model.search([(dimension, "=", value)])
                        other = Model.search([(dimension, "!=", value)])
                        self.assertFalse(mine & other)
                        if model != "customer.complaint.credit.request":
                            self.assertTrue(mine, dimension)

    def test_every_list_is_exported_with_what_it_is_filtered_by(self):
        #
        for model in LISTS:
            Model = self.env[model].with_user(self.lead)
            path = "" if model == "customer.complaint" else "complaint_id/"
            names = [
                f"{path}{name}"
                for name in (
                    "name",
                    "received_at",
                    "level_id",
                    "category_id",
                    "channel_id",
                )
            ]
            records = Model.search([], limit=5)
            with self.subTest(model):
                rows = records.export_data([*names, f"{path}team_id"])["datas"]
                self.assertEqual(len(rows), len(records))
                if model != "customer.complaint.credit.request":
                    self.assertTrue(rows)
                arch = Model.get_view(view_type="list")["arch"]
                self.assertNotRegex(arch, 'export_xlsx="(0|false)')
