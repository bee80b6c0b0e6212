from odoo import api, models

COMPLAINT = "customer.complaint"
# What a record with several activities is counted as: the first of these that one is.
STATES = ("overdue", "today", "planned")


class ResUsers(models.Model):
    """Feedback has a form of its own, so it stands by itself in the menu of activities."""

    _inherit = "res.users"

    @api.model
    def _get_activity_groups(self):
        groups = super()._get_activity_groups()
        for complaints in groups:
            if complaints["model"] == COMPLAINT:
                feedback = self._take_feedback_out(complaints)
                both = (complaints, feedback)
                rest = [group for group in groups if group is not complaints]
                return [*rest, *filter(self._has_activities, both)]
        return groups

    @api.model
    def _has_activities(self, group):
        return any(group[f"{state}_count"] for state in STATES)

    @api.model
    def _take_feedback_out(self, complaints):
        """The part of a group of activities that is feedback, in views of its own."""
        # sudo: as core counts them, of whoever has very many the newest only
        limit = (
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("mail.activity.systray.limit", 1000)
        )
        mine = self.env["mail.activity"].search(
            [("user_id", "=", self.env.uid)], order="id desc", limit=int(limit)
        )
        by_record = mine.filtered(lambda a: a.res_model == COMPLAINT).grouped("res_id")
        feedback = self.env[COMPLAINT].search(
            [
                ("id", "in", list(by_record)),
                ("record_type", "=", "feedback"),
                ("active", "in", [True, False]),
            ]
        )
        views = [
            [
                self.env.ref(
                    f"customer_satisfaction.customer_complaint_view_{name}"
                ).id,
                kind,
            ]
            for name, kind in (
                ("list_follow_up", "list"),
                ("kanban_follow_up", "kanban"),
                ("form_feedback", "form"),
            )
        ]
        counts = dict.fromkeys([f"{state}_count" for state in STATES], 0)
        for record_id in feedback.ids:
            states = set(by_record[record_id].mapped("state"))
            counts[f"{next(state for state in STATES if state in states)}_count"] += 1
        counts["total_count"] = counts["overdue_count"] + counts["today_count"]
        domain = complaints["domain"]
        part = {
            **complaints,
            **counts,
            "name": self.env._("Feedback"),
            "domain": [*domain, ("record_type", "=", "feedback")],
            "views": [*views, [False, "activity"]],
        }
        for name, count in counts.items():
            complaints[name] -= count
        complaints["domain"] = [*domain, ("record_type", "!=", "feedback")]
        return part
