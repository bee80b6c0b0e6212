from hashlib import sha256

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..models.customer_complaint_deadline import OWED
from ..models.customer_complaint_stage import CLOSED_TYPES
from ..tools.deadline_types import DEADLINE_TYPES, PAUSABLE

LISTED = 200
CHUNK = 1000


class CustomerComplaintRecompute(models.TransientModel):
    """Apply policies or working hours as they are now to open complaints, after looking at it.

    A change of configuration never moves a date by itself; this does, on purpose and with a
    reason. What is overdue already, agreed by hand or promised to the customer stays.
    """

    _name = "customer.complaint.recompute"
    _description = "Apply to Open Complaints"

    policy_id = fields.Many2one("customer.complaint.policy", readonly=True)
    calendar_id = fields.Many2one(
        "resource.calendar", string="Working hours", readonly=True
    )
    complaint_ids = fields.Many2many(
        "customer.complaint", string="Chosen complaints", readonly=True
    )
    reason = fields.Text(help="Stands in the history of each deadline that changes.")

    complaint_count = fields.Integer(string="Open complaints looked at", readonly=True)
    moved_count = fields.Integer(string="Dates that move", readonly=True)
    opened_count = fields.Integer(string="Newly owed", readonly=True)
    dropped_count = fields.Integer(string="No longer owed", readonly=True)
    late_count = fields.Integer(
        string="Overdue at once",
        readonly=True,
        help="Their new date has passed already: they escalate with the next run.",
    )
    policy_count = fields.Integer(string="Complaints that change policy", readonly=True)
    kept_late_count = fields.Integer(string="Overdue already", readonly=True)
    kept_agreed_count = fields.Integer(
        string="Agreed or promised to the customer", readonly=True
    )
    line_ids = fields.One2many(
        "customer.complaint.recompute.line", "wizard_id", readonly=True
    )
    listed_count = fields.Integer(readonly=True)
    fingerprint = fields.Char(readonly=True, export_string_translation=False)

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------
    def _open(self, **values):
        """Look at what would change and open the dialog that shows it."""
        wizard = self.create(values)
        values, lines, _plans = wizard._examine(wizard._get_complaints())
        wizard._show(values, lines)
        return wizard._get_dialog()

    def _get_dialog(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Apply to open complaints"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _get_complaints(self):
        """Open complaints that the wizard is about, of those the user may see."""
        self.ensure_one()
        Complaint = self.env["customer.complaint"]
        domain = Domain("stage_type", "not in", CLOSED_TYPES)
        if self.complaint_ids:
            return Complaint.search(domain & Domain("id", "in", self.complaint_ids.ids))
        if self.policy_id:
            policy = self.policy_id
            if policy.company_id:
                domain &= Domain("company_id", "=", policy.company_id.id)
            follows = Complaint.search(
                domain
                & (
                    Domain("policy_id", "=", policy.id)
                    | Domain("deadline_ids.policy_line_id.policy_id", "=", policy.id)
                )
            )
            would_follow = Complaint.search(domain).filtered(
                lambda c: policy.id in c._get_policies(anew=True)._ids
            )
            return (follows | would_follow).sorted("id")
        if self.calendar_id:
            domain &= Domain(
                "deadline_ids",
                "any",
                [("state", "in", OWED), ("unit", "!=", "hour")],
            )
        return Complaint.search(domain, order="id")

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------
    def _plan(self, complaints):
        return (
            complaints._plan_hours(self.calendar_id)
            if self.calendar_id
            else complaints._plan_schedule(anew=True)
        )

    def _get_new_policies(self, complaints):
        """Complaints that come under another policy, by that policy."""
        if self.calendar_id:
            return {}
        policies = complaints.grouped(
            lambda c: c.policy_id.browse(c._choose_policies()[0])
        )
        changed = {
            policy: group.filtered(lambda c, p=policy: c.policy_id != p)
            for policy, group in policies.items()
        }
        return {policy: group for policy, group in changed.items() if group}

    def _describe(self, plan, now):
        """What the plan changes, a dict of values of a line per change."""
        lines = []
        for row, values in plan.changed.items():
            due_at = row._get_due(**values)[0]
            newly = row.state not in OWED
            if newly or due_at != row.due_at:
                lines.append(
                    {
                        "complaint_id": row.complaint_id.id,
                        "deadline_type": row.deadline_type,
                        "kind": "opened" if newly else "moved",
                        "old_due_at": not newly and row.due_at,
                        "new_due_at": due_at,
                        "is_paused": row.state == "paused",
                        "is_late": row.state != "paused" and due_at < now,
                    }
                )
        for row in plan.dropped:
            lines.append(
                {
                    "complaint_id": row.complaint_id.id,
                    "deadline_type": row.deadline_type,
                    "kind": "dropped",
                    "old_due_at": row.due_at,
                }
            )
        for vals in plan.opened:
            complaint = self.env["customer.complaint"].browse(vals["complaint_id"])
            paused_at = vals["deadline_type"] in PAUSABLE and complaint.paused_at
            is_paused = bool(paused_at) and vals["due_at"] > paused_at
            lines.append(
                {
                    "complaint_id": vals["complaint_id"],
                    "deadline_type": vals["deadline_type"],
                    "kind": "opened",
                    "new_due_at": vals["due_at"],
                    "is_paused": is_paused,
                    "is_late": not is_paused and vals["due_at"] < now,
                }
            )
        return lines

    def _examine(self, complaints):
        """What would change; nothing is written.

        :return: tuple (values of this dialog, list of values of a line per change, list of
            (complaints, their `Schedule`, their new policies) in portions)
        """
        self.ensure_one()
        now = fields.Datetime.now()
        lines, plans, policy_count, kept_late, kept_agreed = [], [], 0, 0, 0
        for chunk in _chunks(complaints):
            plan, policies = self._plan(chunk), self._get_new_policies(chunk)
            plans.append((chunk, plan, policies))
            lines += self._describe(plan, now)
            policy_count += sum(map(len, policies.values()))
            # sudo: see _open_rows
            for row in chunk.sudo().deadline_ids:
                if row.state not in OWED or (self.calendar_id and row.unit == "hour"):
                    continue
                if row.is_agreed or not row.amount:
                    kept_agreed += 1
                elif row.state == "open" and row.due_at < now:
                    kept_late += 1
        kinds = [line["kind"] for line in lines]
        values = {
            "complaint_count": len(complaints),
            "policy_count": policy_count,
            "moved_count": kinds.count("moved"),
            "opened_count": kinds.count("opened"),
            "dropped_count": kinds.count("dropped"),
            "late_count": sum(line.get("is_late", False) for line in lines),
            "kept_late_count": kept_late,
            "kept_agreed_count": kept_agreed,
            "listed_count": min(len(lines), LISTED),
            "fingerprint": self._get_fingerprint(lines, policy_count),
        }
        return values, lines, plans

    def _show(self, values, lines):
        self.write(values)
        # sudo: the lines are only shown
        self.sudo().line_ids = [
            Command.clear(),
            *(Command.create(line) for line in lines[:LISTED]),
        ]

    def _get_fingerprint(self, lines, policy_count):
        changes = sorted(
            f"{line['complaint_id']} {line['deadline_type']} {line['kind']} "
            f"{line.get('old_due_at')} {line.get('new_due_at')}"
            for line in lines
        )
        return sha256("\n".join([*changes, str(policy_count)]).encode()).hexdigest()

    # ------------------------------------------------------------------
    # Applying
    # ------------------------------------------------------------------
    def action_apply(self):
        """Do what was shown. Had something changed meanwhile, it is shown anew instead.

        :raise UserError: without a reason
        """
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(
                self.env._(
                    "Dates move on purpose only. Say why: the reason stands in the "
                    "history of each deadline."
                )
            )
        complaints = self._get_complaints()
        complaints.check_access("write")
        complaints._lock()
        values, lines, plans = self._examine(complaints)
        if values["fingerprint"] != self.fingerprint:
            self._show(values, lines)
            return self._get_dialog()
        for chunk, plan, policies in plans:
            for policy, group in policies.items():
                group.sudo().policy_id = policy  # sudo: a process field
            chunk._apply_schedule(plan, self.reason)
            chunk._sync_next_due()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Done: %(moved)s dates moved, %(opened)s newly owed, %(dropped)s no "
                    "longer owed.",
                    moved=self.moved_count,
                    opened=self.opened_count,
                    dropped=self.dropped_count,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class CustomerComplaintRecomputeLine(models.TransientModel):
    _name = "customer.complaint.recompute.line"
    _description = "Change of a Deadline"
    _inherit = ["customer.complaint.part.mixin"]

    wizard_id = fields.Many2one(
        "customer.complaint.recompute", required=True, ondelete="cascade", index=True
    )
    complaint_id = fields.Many2one("customer.complaint", readonly=True)
    deadline_type = fields.Selection(DEADLINE_TYPES, string="Deadline", readonly=True)
    kind = fields.Selection(
        [("moved", "Moves"), ("opened", "New"), ("dropped", "No longer owed")],
        string="Change",
        readonly=True,
    )
    old_due_at = fields.Datetime(string="Due now", readonly=True)
    new_due_at = fields.Datetime(string="Due then", readonly=True)
    is_paused = fields.Boolean(string="Paused", readonly=True)
    is_late = fields.Boolean(string="Overdue at once", readonly=True)


def _chunks(records):
    """Records in portions whose rows are read together."""
    return (
        records.browse(records.ids[start : start + CHUNK])
        for start in range(0, len(records), CHUNK)
    )
