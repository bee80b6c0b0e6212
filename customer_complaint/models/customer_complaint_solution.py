from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_list

from ..tools import given
from .customer_complaint_deadline import OWED

ACCEPTANCES = [
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
    ("no_answer", "No answer"),
]
# What the customer is offered: changed after his answer, it is another version.
TERMS = {"name", "measures", "date_start", "date_end"}
ANSWER = ("offered_at", "acceptance", "accepted_at", "suggestion")
# After these nothing is asked any more.
DEFINITE = ("accepted", "rejected")


class CustomerComplaintSolution(models.Model):
    """What is to be done for the customer: a version, or one of several alternatives.

    Only one of a complaint is chosen: its remedies are carried out. What the customer answered to
    stays readable; changing it afterwards makes another version.
    """

    _name = "customer.complaint.solution"
    _description = "Solution of a Complaint"
    _inherit = ["customer.complaint.method.mixin", "customer.complaint.part.mixin"]
    _order = "complaint_id, version desc, id"
    _method_fields = frozenset(
        {
            *("version", "state", "acceptance", "accepted_at", "suggestion"),
            *("offered_at", "company_id"),
        }
    )
    _given_once = frozenset({"complaint_id"})

    complaint_id = fields.Many2one(
        "customer.complaint", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    version = fields.Integer(
        required=True, readonly=True, default=1, copy=False, aggregator=None
    )
    name = fields.Char(required=True, default=lambda self: self.env._("Solution"))
    measures = fields.Text(help="What is done, in words the customer can read.")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index="btree_not_null",
        default=lambda self: self.env.user,
    )
    date_start = fields.Date(string="From")
    date_end = fields.Date(string="Until")
    basis = fields.Text(
        help="What it rests on: customer feedback, earlier cases, best practice."
    )
    remedy_ids = fields.One2many(
        "customer.complaint.remedy", "solution_id", string="Remedies"
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("offered", "Offered"),
            ("chosen", "Chosen"),
            ("dropped", "Dropped"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        help="Remedies of a chosen solution are carried out.",
    )
    offered_at = fields.Datetime(
        string="Offered on",
        readonly=True,
        copy=False,
        help="Since when the customer can answer on his page.",
    )
    acceptance = fields.Selection(
        ACCEPTANCES,
        string="Answer of the customer",
        readonly=True,
        copy=False,
        help="Whether he agrees with the solution; how satisfied he is stands elsewhere.",
    )
    accepted_at = fields.Datetime(string="Answered on", readonly=True, copy=False)
    suggestion = fields.Text(
        string="Suggested by the customer", readonly=True, copy=False
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_end IS NULL OR date_start IS NULL OR date_end >= date_start)",
        "A solution cannot end before it begins. Correct the dates.",
    )

    @api.depends("name", "version")
    def _compute_display_name(self):
        for solution in self:
            solution.display_name = self.env._(
                "%(name)s (version %(version)s)",
                name=solution.name,
                version=solution.version,
            )

    @api.model_create_multi
    def create(self, vals_list):
        """Number them within their complaint."""
        last, versions = {}, []
        for vals in vals_list:
            key = vals.get("complaint_id")
            if key not in last:
                last[key] = self._get_last_version(key)
            last[key] += 1
            versions.append(last[key])
        solutions = super().create(vals_list)
        for solution, vals, version in zip(
            solutions.sudo(), vals_list, versions, strict=True
        ):  # sudo: methods number them
            if "version" not in vals:
                solution.version = version
        return solutions

    def write(self, vals):
        if TERMS & vals.keys():
            self._before_change()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_offered(self):
        for solution in self:
            if solution.state != "draft" or solution.acceptance:
                raise UserError(
                    self.env._(
                        "%(solution)s stays on file: it was offered or chosen. Drop it "
                        "instead.",
                        solution=solution.display_name,
                    )
                )

    @api.model
    def _get_last_version(self, complaint_id):
        # sudo: only a number
        solutions = self.sudo().search([("complaint_id", "=", complaint_id)])
        return max(solutions.mapped("version"), default=0)

    # ------------------------------------------------------------------
    # Versions
    # ------------------------------------------------------------------
    def _before_change(self):
        """What the customer answered to stays readable: the change makes another version.

        :raises UserError: the solution is no longer worked on
        """
        for solution in self:
            if solution.state == "dropped":
                raise UserError(
                    self.env._(
                        "%(solution)s was dropped and stays as it is. Use New version "
                        "to go on from it.",
                        solution=solution.display_name,
                    )
                )
        for solution in self.filtered("acceptance"):
            solution._keep_version()

    def _keep_version(self):
        """Put a copy on file as it was answered; this one goes on as the next version."""
        self.ensure_one()
        kept = self._copy_terms()
        solution = self.sudo()  # written by methods only
        following = kept.version
        solution.remedy_ids._put_on_file(kept, following)
        kept.write(
            {
                "state": "dropped",
                **{fname: solution[fname] for fname in ("version", *ANSWER)},
            }
        )
        solution.write({"version": following, **dict.fromkeys(ANSWER, False)})
        if solution.state == "offered":
            solution.state = "draft"

    def _copy_terms(self):
        """A draft with the same words and no remedies yet, in full rights."""
        self.ensure_one()
        solution = self.sudo()  # access was checked by the change that leads here
        return solution.create(solution.copy_data()[0])

    def action_new_version(self):
        """Go on from a solution that was dropped or answered: a draft with the same remedies.

        :return: action that opens it
        """
        self.ensure_one()
        self._check_staff()
        draft = self._copy_terms()
        remedies = self.remedy_ids.sudo()
        remedies.create(remedies.copy_data({"solution_id": draft.id}))
        return draft._get_form_action()

    # ------------------------------------------------------------------
    # Offer and choice
    # ------------------------------------------------------------------
    def _check_staff(self):
        """Only those who handle the complaint offer, choose and record answers."""
        if not self.env.user.has_group("customer_complaint.group_complaint_user"):
            raise AccessError(
                self.env._(
                    "Solutions are offered by those who handle complaints. Write your "
                    "wish on the complaint."
                )
            )
        self.check_access("write")
        self.complaint_id.check_access("write")

    def _check_ready(self):
        """Refuse to promise what is not said: what is missing is told at once."""
        missing = [
            self.env._(
                "%(remedy)s: %(missing)s",
                remedy=remedy.name,
                missing=format_list(self.env, words),
            )
            for remedy in self.remedy_ids
            if remedy.state != "cancelled" and (words := remedy._get_missing())
        ]
        if missing:
            raise UserError(
                self.env._(
                    "Please fill in before the solution is offered or chosen:\n%(missing)s",
                    missing="\n".join(missing),
                )
            )
        for solution in self:
            if not solution.remedy_ids and not (solution.measures or "").strip():
                raise UserError(
                    self.env._(
                        "%(solution)s says nothing yet. Add a remedy, or describe the "
                        "measures.",
                        solution=solution.display_name,
                    )
                )

    def action_offer(self):
        """Ask the customer on his page: several offered solutions are alternatives.

        :return: action with the message that tells him, for one complaint
        :raises UserError: it was answered or dropped, lacks something, or the complaint is closed
        """
        self._check_staff()
        for solution in self:
            if solution.state == "dropped" or solution.acceptance in DEFINITE:
                raise UserError(
                    self.env._(
                        "%(solution)s was answered or dropped already. Use New version.",
                        solution=solution.display_name,
                    )
                )
        for complaint in self.complaint_id:
            if complaint._is_closed():
                raise UserError(
                    self.env._(
                        "%(complaint)s is closed: the customer could not answer. Reopen "
                        "it first.",
                        complaint=complaint.name,
                    )
                )
        self._check_ready()
        self.remedy_ids._check_date_due()
        # sudo: written by methods only; access was checked
        solutions = self.sudo()
        solutions.offered_at = fields.Datetime.now()
        solutions.acceptance = False
        solutions.filtered(lambda s: s.state == "draft").state = "offered"
        self._trail(self.env._("Offered"))
        if len(self.complaint_id) != 1:
            return True
        return self.complaint_id._get_composer(
            "customer_complaint.mail_template_solutions"
        )

    def action_choose(self):
        """Carry this one out, whatever the customer answered or did not; others are dropped.

        :raises UserError: it was dropped, or lacks something
        """
        self._check_staff()
        for solution in self:
            if solution.state != "chosen":
                solution.remedy_ids._check_date_due()
                solution._choose()
        return True

    def _choose(self):
        """Let the remedies be carried out; what is under way of the one before goes along."""
        self.ensure_one()
        solution = self.sudo()  # written by methods only
        solution.complaint_id._lock()  # two choices at once
        if solution.state == "dropped":
            raise UserError(
                self.env._(
                    "%(solution)s was dropped and cannot be chosen. Use New version.",
                    solution=solution.display_name,
                )
            )
        self._check_ready()
        others = (solution.complaint_id.solution_ids - solution).filtered(
            lambda s: s.state != "dropped"
        )
        under_way = others.remedy_ids.filtered(lambda r: r._is_under_way())
        for other, remedies in under_way.grouped("solution_id").items():
            remedies._put_on_file(other, solution.version)
        under_way.solution_id = solution
        replaced = others.filtered(lambda s: s.state == "chosen")
        owed = replaced.remedy_ids.filtered("is_open")
        others.state = "dropped"
        solution.state = "chosen"
        self._trail(self.env._("Chosen"))
        replaced._trail(self.env._("Dropped"), solution.display_name)
        solution._tell_replaced(owed)
        (others | solution).remedy_ids._sync_promises()

    def _tell_replaced(self, remedies):
        """Say what of the solution before is owed no longer, above all what the customer knows."""
        self.ensure_one()
        if not remedies:
            return
        complaint = self.complaint_id
        told = remedies.deadline_ids.filtered(
            lambda d: d.state in OWED and d._is_shown_to_customer()
        ).remedy_id
        complaint._message_log(
            body=self.env._(
                "%(solution)s was chosen. Not owed any more, though it was promised "
                "before: %(remedies)s.",
                solution=self.display_name,
                remedies=format_list(
                    self.env, [r._get_promise_words(r in told) for r in remedies]
                ),
            )
        )
        user = complaint.user_id or complaint.team_id.leader_id
        if told and user and user != self.env.user:
            env = self.with_context(lang=user.lang).env
            complaint.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=user.id,
                summary=env._(
                    "The customer had been promised: %(remedies)s. Tell him what becomes "
                    "of it.",
                    remedies=format_list(env, told.mapped("name")),
                ),
            )

    def action_drop(self):
        """Take back what is not carried out yet.

        :raises UserError: a remedy of it is under way
        """
        self._check_staff()
        for remedy in self.remedy_ids:
            if remedy._is_under_way():
                raise UserError(
                    self.env._(
                        "%(remedy)s is under way. Cancel what is asked for, or choose "
                        "another solution: it goes along.",
                        remedy=remedy.name,
                    )
                )
        self.sudo().state = "dropped"  # written by methods only; access was checked
        self._trail(self.env._("Dropped"))
        self.remedy_ids._sync_promises()
        return True

    # ------------------------------------------------------------------
    # Answer of the customer
    # ------------------------------------------------------------------
    def action_answer(self):
        """Ask what the customer said, on the phone or by mail."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer of the customer"),
            "res_model": "customer.complaint.solution.answer",
            "view_mode": "form",
            "target": "new",
            "context": {"default_solution_id": self.id},
        }

    def record_answer(self, acceptance, suggestion=None, at=None):
        """Record what the customer told a colleague; how satisfied he is, is another question.

        Accepting an offer chooses it and drops the alternatives; rejecting drops it.

        :param str acceptance: "accepted", "rejected" or "no_answer"
        :param str suggestion: what he would like instead or besides
        :param datetime at: when he said it, now by default
        :raises UserError: it was answered or dropped already, or the words are unknown
        """
        self._check_staff()
        at = given.moment(self.env, at) or fields.Datetime.now()
        acceptance = given.choice(self.env, acceptance, dict(ACCEPTANCES))
        suggestion = given.text(self.env, suggestion)
        for solution in self:
            solution._record_answer(acceptance, suggestion, at)
        return True

    def _record_answer(self, acceptance, suggestion=None, at=None):
        """Event: the customer answered; the caller has checked that he may."""
        self.ensure_one()
        solution = self.sudo()  # written by methods only
        solution.complaint_id._lock()  # two clicks at once
        solution.invalidate_recordset(["state", "acceptance"])
        if acceptance not in dict(ACCEPTANCES):
            raise UserError(
                self.env._("Choose accepted, rejected or no answer as the answer.")
            )
        if solution.state == "dropped" or solution.acceptance in DEFINITE:
            raise UserError(
                self.env._(
                    "%(solution)s was answered or dropped already. Use New version to "
                    "change it.",
                    solution=solution.display_name,
                )
            )
        now = fields.Datetime.now()
        if at and at > now:
            raise UserError(
                self.env._("The customer cannot have answered in the future.")
            )
        if acceptance == "accepted" and solution.state != "chosen":
            self._choose()
        solution.write(
            {
                "acceptance": acceptance,
                "accepted_at": at or now,
                "suggestion": (suggestion or "").strip() or solution.suggestion,
            }
        )
        if acceptance == "rejected" and solution.state != "chosen":
            solution.state = "dropped"
        words = dict(self._fields["acceptance"]._description_selection(self.env))
        self._trail(words[acceptance], suggestion)

    def _is_asked(self):
        """Whether the customer can answer on his page."""
        self.ensure_one()
        return bool(
            self.offered_at
            and self.state in ("offered", "chosen")
            and self.acceptance not in DEFINITE
        )

    def _trail(self, what, reason=None):
        """Row of the audit trail for each."""
        # sudo: the trail is written by what happens, nobody has rights to write it
        self.env["customer.complaint.event"].sudo().create(
            [
                {
                    "complaint_id": solution.complaint_id.id,
                    "company_id": solution.company_id.id,
                    "date": fields.Datetime.now(),
                    "user_id": self.env.uid,
                    "field_name": "solution_ids",
                    "old": solution.display_name,
                    "new": what,
                    "reason": (reason or "").strip() or False,
                }
                for solution in self.sudo()
            ]
        )

    # ------------------------------------------------------------------
    # Screens
    # ------------------------------------------------------------------
    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Solution"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def action_view(self):
        """Open the solution with its remedies."""
        return self._get_form_action()
