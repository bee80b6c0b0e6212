import logging

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError, ValidationError

from ..tools.deadline_types import FROM_COMPLETION
from .customer_complaint_stage import CLOSED_TYPES, STAGE_POSITION


class SomethingMissing(ValidationError):
    """A move is refused; `complaint` is the only one concerned, else None."""

    complaint = None


class CustomerComplaint(models.Model):
    """Moving on: who may take it, what must be there first, which step is next."""

    _inherit = "customer.complaint"

    can_complete = fields.Boolean(
        compute="_compute_can_complete",
        groups="base.group_user",
        help="The solution can be reported as carried out before the outcome is told.",
    )
    next_action = fields.Selection(
        [
            ("take", "Take over"),
            ("answer", "Send first answer"),
            ("start", "Start work"),
            ("decide", "Decide"),
            ("outcome", "Send outcome"),
            ("channel", "Tell over another channel"),
            ("confirm", "Record confirmation"),
        ],
        string="Next action",
        compute="_compute_next_action",
        groups="base.group_user",
        help="The next sensible act: what the form offers as its main button.",
    )
    missing_codes = fields.Char(
        compute="_compute_missing_codes",
        groups="base.group_user",
        export_string_translation=False,
    )

    @api.depends(
        "stage_type",
        "user_id",
        "decision",
        "outcome_at",
        "outcome_channel_ids",
        "deadline_ids.state",
        "deadline_ids.deadline_type",
    )
    def _compute_next_action(self):
        for complaint in self:
            complaint.next_action = complaint._get_next_action()

    @api.depends_context("complaint_target")
    def _compute_missing_codes(self):
        """What the next step lacks, for the dialog that asks for it: what is given stays shown."""
        target = self.env.context.get("complaint_target")
        if target not in STAGE_POSITION:
            target = "assessed"
        for complaint in self:
            codes = complaint._origin._get_missing(target) if complaint._origin else []
            complaint.missing_codes = f" {' '.join(codes)} "

    @api.depends("stage_type", "decision", "completed_at", "level_id", "policy_id")
    def _compute_can_complete(self):
        # Where no policy asks for it, telling the outcome completes.
        for complaint in self:
            complaint.can_complete = (
                complaint._origin.id
                and complaint.decision
                and not complaint.completed_at
                and complaint.stage_type not in CLOSED_TYPES
                and any(
                    limit.deadline_type in ("result", *FROM_COMPLETION)
                    for limit in complaint._get_limits()
                )
            )

    def _get_next_action(self):
        self.ensure_one()
        if not self._origin.id or self.stage_type in CLOSED_TYPES:
            return False
        if not self.user_id:
            return "take"
        if any(
            d.deadline_type == "first_response" and d.state == "open"
            for d in self.deadline_ids
        ):
            return "answer"
        if STAGE_POSITION[self.stage_type] <= STAGE_POSITION["assessed"]:
            return "start"
        if not self.decision:
            return "decide"
        if not self.outcome_at:
            return "outcome"
        required = self.env["customer.complaint.requirement"]._get_codes(
            "closed", self.path_id.id
        )
        if "channels" in required and not self._is_given("channels"):
            return "channel"
        return "confirm"

    def _is_put_away(self):
        """Whether a lead archived the complaint while it was open: nobody is told about it then.

        What is owed beyond the closing is owed by a closed complaint in the archive as well.
        """
        self.ensure_one()
        return not self.active and self.stage_type not in CLOSED_TYPES

    # ------------------------------------------------------------------
    # What must be there first
    # ------------------------------------------------------------------
    def _is_given(self, code):
        """Whether what a requirement asks for is there; one line per code of the requirements."""
        self.ensure_one()
        return bool(
            {
                "customer": lambda: self.partner_id or self.partner_name,
                "contact": lambda: self.email_from or self.phone,
                "received_at": lambda: self.received_at,
                "description": lambda: (self.description or "").strip(),
                "demand": lambda: (self.demand or "").strip(),
                "category": lambda: self.category_id,
                "level": lambda: self.level_id,
                "owner": lambda: self.user_id,
                "assessment": lambda: self.further_handling,
                "handling_mode": lambda: self.handling_mode,
                "plan": lambda: (self.plan or "").strip(),
                "plan_told": lambda: self.plan_told_at,
                "approval": lambda: "to_approve"
                not in self.sudo().credit_request_ids.mapped("state"),
                "cause": lambda: self._is_cause_found(),
                "decision": lambda: self.decision
                and (self.decision_reason or "").strip(),
                "outcome": lambda: self.outcome_at,
                "channels": lambda: self._count_channels_left() <= 0,
                "confirmation": lambda: self._is_confirmed(),
                "closing": lambda: self.closed_at,
            }[code]()
        )

    def _get_missing(self, stage_type):
        """Codes of what is still missing before the complaint may enter `stage_type`."""
        self.ensure_one()
        codes = self.env["customer.complaint.requirement"]._get_codes(
            stage_type, self.path_id.id
        )
        return [code for code in codes if not self._is_given(code)]

    def _describe_missing(self, code):
        """What is missing in words; of what is there in part, how much."""
        self.ensure_one()
        if code == "channels":
            told = len(self.sudo().outcome_channel_ids)
            return self.env._(
                "Outcome told over %(told)s of %(needed)s channels (log the contact "
                "over the other one)",
                told=told,
                needed=told + self._count_channels_left(),
            )
        codes = self.env["customer.complaint.requirement"]._fields["code"]
        return dict(codes._description_selection(self.env))[code]

    def _check_move(self, before):
        """Refuse a move forward, or an assignment, while something required is missing.

        Everything missing is said at once, for all complaints. Assigning is moving to "assessed".

        :param dict before: (stage type, owner) by id as they were before writing
        """
        self.browse(
            complaint.id
            for complaint in self.browse(before)
            if complaint.stage_type != before[complaint.id][0]
        )._check_path()
        problems = {}
        assigned = self.browse()
        for complaint in self.browse(before):
            old_type, old_user = before[complaint.id]
            target = complaint.stage_type
            if old_type in CLOSED_TYPES and target in CLOSED_TYPES:
                continue
            if old_type in CLOSED_TYPES:
                # The flag is for our own methods: users cannot set it without sudo.
                if not (self.env.su and self.env.context.get("complaint_reopen")):
                    raise UserError(
                        self.env._(
                            "%(complaint)s is closed. Use Reopen, which starts a new "
                            "round and asks for the reason.",
                            complaint=complaint.name,
                        )
                    )
                continue
            newly_assigned = complaint.user_id and not old_user
            if newly_assigned and STAGE_POSITION[target] < STAGE_POSITION["assessed"]:
                target = "assessed"
                assigned += complaint
            if (
                STAGE_POSITION[target] <= STAGE_POSITION[old_type]
                and not newly_assigned
            ):
                continue
            # The customer's own answer closes: what colleagues left out is not his affair.
            if self.env.su and self.env.context.get("complaint_confirmed"):
                continue
            if missing := complaint._get_missing(target):
                problems[complaint] = self.env._(
                    "%(complaint)s: %(missing)s",
                    complaint=complaint.name,
                    missing=", ".join(map(complaint._describe_missing, missing)),
                )
        if problems:
            refusal = SomethingMissing(
                self.env._(
                    "Something is missing before the next step. Please fill in:\n"
                    "%(problems)s",
                    problems="\n".join(problems.values()),
                )
            )
            if len(problems) == 1:
                [refusal.complaint] = problems
            raise refusal
        # sudo: whoever assigns may have given it away by that
        assigned.sudo()._move_to_type("assessed")
        if closing := self.browse(before).filtered(
            lambda c: c.stage_type in CLOSED_TYPES and not c.closed_at
        ):
            closing._finish("unconfirmed")

    def web_save(self, vals, specification, next_id=None):
        """Save what a colleague changed on a screen; what is missing is a link to its dialog.

        Whoever hands a complaint over so that he may no longer read it has saved it, too.

        :raises RedirectWarning: one complaint cannot move on yet
        """
        try:
            saved = self.browse(row["id"] for row in super().web_save(vals, {}))
            shown = self.browse(next_id) if next_id else saved
            if shown == saved and not saved.has_access("read"):
                return saved._read_handed_over(specification)
            return shown.with_context(bin_size=True).web_read(specification)
        except SomethingMissing as refusal:
            if len(self) != 1 or refusal.complaint != self:
                raise
            # What was to be written is rolled back with the refusal: what is asked for here.
            stage = self.env["customer.complaint.stage"].browse(vals.get("stage_id"))
            action = self._get_missing_dialog(
                stage.stage_type or "assessed",
                complaint_stage_id=stage.id,
                complaint_user_id=vals.get("user_id"),
            )
            warning = RedirectWarning(str(refusal), action, self.env._("Fill in"))
            warning.loglevel = logging.INFO  # read by odoo.http: nothing is broken
            raise warning from refusal

    def _read_handed_over(self, specification):
        """What the screen shows of complaints that its user has just handed over: no lists."""
        shown, lists = {}, {}
        for fname in specification:
            field = self._fields[fname]
            if not self._has_field_access(field, "read"):
                continue
            if field.type in ("one2many", "many2many"):
                lists[fname] = []
            else:
                name_only = {"fields": {"display_name": {}}}
                shown[fname] = name_only if field.type == "many2one" else {}
        # sudo: he had it before him until now; names only of what it leads to
        rows = self.sudo().web_read(shown)
        # Without a mark: the screen knows by that that there is nothing more to see.
        gone = {"seen_mark": False} if "seen_mark" in shown else {}
        return [{**row, **lists, **gone} for row in rows]

    def _get_missing_dialog(self, stage_type, **context):
        """Dialog that asks for all that is missing before `stage_type`, and then goes on."""
        action = self._get_dialog(
            "customer_complaint.customer_complaint_view_form_missing",
            self.env._("Before the next step"),
        )
        action["context"] = {"complaint_target": stage_type, **context}
        return action

    def _move_to_type(self, stage_type):
        """Put the complaints on the first stage of a type, each on its team's."""
        for (team, path), complaints in self.grouped(
            lambda c: (c.team_id, c.path_id)
        ).items():
            stage = self._get_stage_of_type(stage_type, team, path)
            if not stage:
                raise UserError(
                    self.env._(
                        "No stage has the type %(type)s. Ask a complaint manager to "
                        "activate one under Configuration / Stages.",
                        type=dict(
                            self._fields["stage_type"]._description_selection(self.env)
                        )[stage_type],
                    )
                )
            complaints.stage_id = stage

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_take(self):
        """Make the current user the owner; a complaint that lacks something asks for it first."""
        self.check_access("write")
        if len(self) == 1 and set(self._get_missing("assessed")) - {"owner"}:
            return self._get_missing_dialog(
                "assessed", complaint_user_id=self.env.uid, complaint_take=True
            )
        self.user_id = self.env.user
        return True

    def action_continue(self):
        """Go on after the dialog that asked for what was missing: assign, move, or both.

        :raises ValidationError: something is missing still
        """
        self.ensure_one()
        asked = {
            "user_id": self.env.context.get("complaint_user_id"),
            "stage_id": self.env.context.get("complaint_stage_id"),
        }
        self.write({fname: value for fname, value in asked.items() if value})
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_tell_plan(self):
        """Open the composer for the message that tells how the complaint is handled."""
        return self._get_composer("customer_complaint.mail_template_progress", "plan")

    def action_start(self):
        """Begin the work, or go on with it: the next stage on its path after the assignment."""
        self.check_access("write")
        Stage = self.env["customer.complaint.stage"]
        for (team, path, here), complaints in self.grouped(
            lambda c: (c.team_id, c.path_id, c.stage_type)
        ).items():
            past = max(STAGE_POSITION["assessed"], STAGE_POSITION[here])
            target = next(
                (
                    stage_type
                    for stage_type in Stage._get_types(team.id, path.id)
                    if STAGE_POSITION[stage_type] > past
                ),
                None,
            )
            if not target:
                continue
            if len(self) == 1 and self._get_missing(target):
                stage = self._get_stage_of_type(target, team, path)
                return self._get_missing_dialog(target, complaint_stage_id=stage.id)
            complaints._move_to_type(target)
        return True

    def action_complete(self):
        """The solution is carried out: contact after completion is owed from now on."""
        self.check_access("write")
        for complaint in self:
            if complaint.stage_type in CLOSED_TYPES or complaint.completed_at:
                raise UserError(
                    self.env._(
                        "%(complaint)s is complete already. Choose complaints in work.",
                        complaint=complaint.name,
                    )
                )
            if not complaint._is_given("decision"):
                raise UserError(
                    self.env._(
                        "%(complaint)s has no decision with a reason yet. Decide before "
                        "the solution is carried out.",
                        complaint=complaint.name,
                    )
                )
        self._complete(fields.Datetime.now())
        return True

    def action_decide(self):
        """Open the dialog in which the decision and its reason are given."""
        self.ensure_one()
        return self._get_dialog(
            "customer_complaint.customer_complaint_view_form_decision",
            self.env._("Decision"),
        )

    def action_escalate(self):
        """Ask the next one up for help, with a reason."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Escalate"),
            "res_model": "customer.complaint.escalate",
            "view_mode": "form",
            "target": "new",
            "context": {"default_complaint_ids": self.ids},
        }

    def action_save_dialog(self):
        """Close a dialog on the complaint itself; the client has saved it before."""
        return {"type": "ir.actions.act_window_close"}

    def _get_dialog(self, view_xmlid, name):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref(view_xmlid).id, "form")],
            "target": "new",
        }
