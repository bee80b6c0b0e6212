from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.customer_complaint.models.complaint_involvement import NAMED
from odoo.addons.customer_complaint.models.customer_complaint_stage import CLOSED_TYPES
from odoo.addons.customer_complaint.tools import due_times
from odoo.addons.customer_complaint.tools.deadline_types import Limit

# The loop that each feedback passes; the step it is in.
FEEDBACK_STEPS = [
    ("collect", "Collect"),
    ("analyse", "Analyse"),
    ("measure", "Set measures"),
    ("track", "Track"),
    ("evaluate", "Evaluate"),
]
STEPS = [step for step, _label in FEEDBACK_STEPS]
# Asked of complaints: the answer brings what is known, and the loop is the plan.
NOT_OF_FOLLOW_UPS = (
    *("customer", "contact", "description", "category", "assessment"),
    *("handling_mode", "plan", "plan_told", "cause"),
)
# When a step was over.
STEP_DATES = {
    "collect": "feedback_collected_at",
    "analyse": "feedback_analysed_at",
    "measure": "feedback_measured_at",
    "track": "feedback_tracked_at",
    "evaluate": "feedback_evaluated_at",
}
LOOP_FIELDS = {"feedback_answer_id", "feedback_step", *STEP_DATES.values()}


class CustomerComplaint(models.Model):
    """Feedback: the low score it follows up, and the five steps from hearing to judging."""

    _inherit = "customer.complaint"

    feedback_answer_id = fields.Many2one(
        "survey.user_input",
        string="Low score",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The survey answer that this feedback follows up.",
    )
    feedback_step = fields.Selection(
        FEEDBACK_STEPS,
        string="Step",
        compute="_compute_feedback_step",
        store=True,
        precompute=True,
        copy=False,
        tracking=True,
        groups="base.group_user",
        group_expand=True,
    )
    feedback_measures = fields.Text(
        string="Measures",
        copy=False,
        groups="base.group_user",
        help="What is done about it; the message to the customer begins with it.",
    )
    feedback_result = fields.Text(
        string="Result",
        copy=False,
        groups="base.group_user",
        help="Whether the measures worked, and how you know.",
    )
    feedback_collected_at = fields.Datetime(
        string="Collected on", readonly=True, copy=False, groups="base.group_user"
    )
    feedback_analysed_at = fields.Datetime(
        string="Analysed on", readonly=True, copy=False, groups="base.group_user"
    )
    feedback_measured_at = fields.Datetime(
        string="Measures set on", readonly=True, copy=False, groups="base.group_user"
    )
    feedback_tracked_at = fields.Datetime(
        string="Tracked on", readonly=True, copy=False, groups="base.group_user"
    )
    feedback_evaluated_at = fields.Datetime(
        string="Evaluated on", readonly=True, copy=False, groups="base.group_user"
    )
    feedback_complaint_count = fields.Integer(
        string="Complaints opened from it",
        compute="_compute_feedback_complaint_count",
        groups="customer_complaint.group_complaint_submitter",
    )

    # Whoever makes it, at the same moment or later: `_follow_up`.
    _feedback_answer_unique = models.UniqueIndex(
        "(feedback_answer_id) WHERE feedback_answer_id IS NOT NULL",
        "A low score is followed up once.",
    )

    @api.depends("record_type")
    def _compute_feedback_step(self):
        for complaint in self:
            complaint.feedback_step = complaint.record_type == "feedback" and (
                complaint.feedback_step or "collect"
            )

    def _compute_feedback_complaint_count(self):
        counts = dict(
            self._read_group(
                self._get_opened_domain(),
                ["origin_id"],
                ["__count"],
            )
        )
        for complaint in self:
            complaint.feedback_complaint_count = counts.get(complaint.id, 0)

    @api.model
    def _get_process_fields(self):
        return super()._get_process_fields() | LOOP_FIELDS

    # ------------------------------------------------------------------
    # What is owed
    # ------------------------------------------------------------------
    def _is_follow_up(self):
        """Whether it follows up a low score: with a deadline of its own, and escalated."""
        self.ensure_one()
        # sudo: portal users read their feedback, and not what it came from
        return self.record_type == "feedback" and bool(self.sudo().feedback_answer_id)

    def _may_escalate(self):
        return super()._may_escalate() or self._is_follow_up()

    def _can_be_shown_to(self, user, roles):
        """Feedback is given to satisfaction users as well."""
        # sudo: roles and companies of colleagues
        user = user.sudo()
        return super()._can_be_shown_to(user, roles) or (
            self.record_type == "feedback"
            and self.company_id in user.company_ids
            and user.has_group("customer_satisfaction.group_satisfaction_user")
        )

    def _turn_record_type(self):
        res = super()._turn_record_type()
        # Who works on feedback only cannot open the complaint that it turned out to be.
        for complaint in self.sudo().filtered("user_id"):
            if not complaint._can_be_shown_to(complaint.user_id, NAMED["user_id"]):
                complaint.user_id = False
        return res

    def _get_limits(self, anew=False):
        limits = super()._get_limits(anew)
        if not self._is_follow_up():
            return limits
        response = Limit(
            "first_response",
            self.company_id.sudo().satisfaction_follow_up_hours,
            due_times.HOUR,
            False,
            False,
        )
        return (response, *(limit for limit in limits if limit.key != response.key))

    def _get_missing(self, stage_type):
        missing = super()._get_missing(stage_type)
        # What was merged passes the loop where it goes on.
        if not self._is_follow_up() or self._is_joined():
            return missing
        missing = [code for code in missing if code not in NOT_OF_FOLLOW_UPS]
        if stage_type in CLOSED_TYPES and not self.sudo().feedback_evaluated_at:
            missing.append("feedback_loop")
        return missing

    def _describe_missing(self, code):
        if code == "feedback_loop":
            steps = dict(self._fields["feedback_step"]._description_selection(self.env))
            return self.env._(
                "All five steps of the follow-up (now at “%(step)s”; press Next step)",
                step=steps[self.sudo().feedback_step],
            )
        return super()._describe_missing(code)

    # ------------------------------------------------------------------
    # The loop
    # ------------------------------------------------------------------
    def action_next_feedback_step(self):
        """Finish the step that each feedback is in; the last one closes it.

        :raises UserError: it is no open feedback, or what the step is for is missing
        """
        self.check_access("write")
        self._lock()  # two clicks
        for feedback in self:
            if (
                feedback.record_type != "feedback"
                or feedback.stage_type in CLOSED_TYPES
            ):
                raise UserError(
                    self.env._(
                        "%(feedback)s is no open feedback. Choose open feedback.",
                        feedback=feedback.name,
                    )
                )
            if missing := feedback._get_step_obstacle():
                raise UserError(
                    self.env._(
                        "%(feedback)s: %(missing)s",
                        feedback=feedback.name,
                        missing=missing,
                    )
                )
        now = fields.Datetime.now()
        for step, group in self.grouped("feedback_step").items():
            # sudo: steps and their dates are set here only; write access was checked
            values = {STEP_DATES[step]: now}
            if step != STEPS[-1]:
                values["feedback_step"] = STEPS[STEPS.index(step) + 1]
            group.sudo().write(values)
            if step == STEPS[-1]:
                # As by hand: what else closing needs is asked for.
                group._move_to_type("closed")
        return True

    def _reopen(self, reason):
        """What was done did not help: the loop begins again."""
        res = super()._reopen(reason)
        again = self.sudo().filtered(lambda c: c.record_type == "feedback")
        again.write(
            {"feedback_step": STEPS[0], **dict.fromkeys(STEP_DATES.values(), False)}
        )
        return res

    def _get_step_obstacle(self):
        """Sentence that says why the step is not over yet, or None."""
        self.ensure_one()
        match self.feedback_step:
            case "collect":
                if not self.user_id:
                    return self.env._("Nobody owns it yet. Take it over first.")
            case "analyse":
                if not (self.cause or "").strip():
                    return self.env._(
                        "The cause is not recorded. Write down why the customer was not "
                        "satisfied."
                    )
            case "measure":
                if not (self.feedback_measures or "").strip():
                    return self.env._(
                        "No measure is set. Write down what is done about it; also that "
                        "nothing is done, and why."
                    )
            case "track":
                told = self.told_at and self.told_at >= self.feedback_measured_at
                if self._can_be_told() and not told:
                    return self.env._(
                        "The customer does not know what became of it. Tell the customer, "
                        "or log a contact."
                    )
            case "evaluate":
                if not (self.feedback_result or "").strip():
                    return self.env._(
                        "The result is missing. Write down whether the measures worked."
                    )
        return None

    def _can_be_told(self):
        """Whether there is any way to tell the customer something."""
        self.ensure_one()
        known = self.email_from or self.phone or self.partner_id
        return bool(known and not self.unreachable)

    def _is_given(self, code):
        if code == "outcome" and self._is_follow_up() and not self._can_be_told():
            return True
        return super()._is_given(code)

    def action_send_answer(self):
        """To a low score: thanks, and what became of it, in a message of its own."""
        if self and all(complaint._is_follow_up() for complaint in self):
            return self._get_composer("customer_satisfaction.mail_template_feedback")
        return super().action_send_answer()

    # ------------------------------------------------------------------
    # Complaint from feedback
    # ------------------------------------------------------------------
    def _get_opened_domain(self):
        """Domain of the complaints that were opened from this feedback."""
        return Domain("origin_model", "=", self._name) & Domain(
            "origin_id", "in", self.ids
        )

    def _prepare_complaint_values(self):
        """What a complaint takes over from the feedback in which it was found."""
        self.ensure_one()
        return {
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "partner_name": self.partner_name,
            "email_from": self.email_from,
            "phone": self.phone,
            "order_id": self.order_id.id,
            "team_id": self.team_id.id,
            "title": self.title,
            "description": self.description,
            "line_ids": [
                Command.create(data)
                for data in self.line_ids.copy_data({"complaint_id": False})
            ],
        }

    def action_open_feedback_complaint(self):
        """Open the form of a new complaint with all that the feedback knows."""
        self.ensure_one()
        view = self.env.ref("customer_complaint.customer_complaint_view_form_known")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New complaint"),
            "res_model": self._name,
            "views": [(view.id, "form")],
            "context": self._get_opened_defaults(),
        }

    def _get_opened_defaults(self):
        """Context with which a new complaint knows the feedback it was found in."""
        return {
            "default_origin_model": self._name,
            "default_origin_id": self[:1].id,
            "default_record_type": "complaint",
        }

    def action_view_feedback_complaints(self):
        """Open the complaints that were opened from this feedback."""
        action = self.env["ir.actions.actions"]._for_xml_id(
            "customer_complaint.customer_complaint_action"
        )
        action["domain"] = list(self._get_opened_domain())
        action["context"] = {"create": False}
        return action

    def action_view_origin(self):
        action = super().action_view_origin()
        if self.origin_model == "survey.user_input":
            form = self.env.ref("customer_satisfaction.survey_user_input_view_form")
            action["views"] = [(form.id, "form")]
        return action

    def _after_intake(self):
        res = super()._after_intake()
        if not self._is_history():
            self._link_to_feedback()
        return res

    def _link_to_feedback(self):
        """A complaint and the feedback in which it was found stand on each other's form."""
        for complaint in self.sudo():  # links are written by methods only
            feedback = self.browse()
            if complaint.origin_model == self._name:
                feedback = complaint.browse(complaint.origin_id)
            elif complaint.origin_model == "survey.user_input":
                answer = self.env["survey.user_input"].sudo()
                feedback = answer.browse(complaint.origin_id).feedback_ids
            if feedback:
                complaint._link(
                    complaint, feedback, "related", self.env._("Opened from it.")
                )
                feedback._message_log(
                    body=self.env._(
                        "Complaint opened from it: %(complaint)s.",
                        complaint=complaint._get_html_link(title=complaint.name),
                    )
                )
