from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

# Kinds by which the first complaint is closed: the other one goes on for both.
JOINING = ("merged", "duplicate")


class CustomerComplaintLink(models.Model):
    """Two complaints that have to do with each other; written by methods only, never deleted.

    A row reads as a sentence, and stands on both: CC/1 merged into CC/2.
    """

    _name = "customer.complaint.link"
    _description = "Link between Complaints"
    _order = "date desc, id desc"
    _rec_name = "kind"

    complaint_id = fields.Many2one(
        "customer.complaint",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    other_id = fields.Many2one(
        "customer.complaint",
        string="Other complaint",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="complaint_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("merged", "Merged into"),
            ("duplicate", "Duplicate of"),
            ("split", "Split from"),
            ("related", "Related to"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    user_id = fields.Many2one(
        "res.users", string="By", readonly=True, default=lambda self: self.env.user
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    undone_at = fields.Datetime(string="Undone on", readonly=True)
    undone_user_id = fields.Many2one("res.users", string="Undone by", readonly=True)
    taken = fields.Json(
        groups=NO_ACCESS,
        export_string_translation=False,
        help="What went over to the other complaint, for the way back.",
    )

    can_undo = fields.Boolean(compute="_compute_can_undo")

    _one_of_a_kind = models.UniqueIndex(
        "(complaint_id, other_id, kind) WHERE undone_at IS NULL",
        "These complaints are linked like that already.",
    )
    _two_complaints = models.Constraint(
        "CHECK(complaint_id != other_id)",
        "A complaint is linked to another one, not to itself.",
    )

    @api.depends(
        "kind", "undone_at", "other_id.stage_id", "complaint_id.merged_into_id"
    )
    def _compute_can_undo(self):
        for link in self:
            link.can_undo = not link.undone_at and not link._get_undo_obstacle()

    def _get_undo_obstacle(self):
        """Sentence that says why the link cannot be undone, or None."""
        self.ensure_one()
        if self.kind == "split":
            return self.env._(
                "A part that was split off is a complaint of its own. Merge it back into "
                "%(complaint)s instead.",
                complaint=self.other_id.name,
            )
        if self.kind not in JOINING:
            return None
        if self.complaint_id.merged_into_id != self.other_id:
            return self.env._(
                "%(complaint)s goes on by itself already.",
                complaint=self.complaint_id.name,
            )
        if self.other_id._is_closed():
            return self.env._(
                "%(complaint)s is closed or was merged on, so nothing is taken out of it. "
                "Reopen it first.",
                complaint=self.other_id.name,
            )
        return None

    def action_undo(self):
        """Undo links; what was merged goes on by itself, with all that it had brought.

        :raises UserError: it was a split, or the complaint that was kept is closed
        """
        for link in self:
            ends = link.complaint_id | link.other_id
            ends.check_access("write")
            ends._lock()  # two clicks at once
            if link.undone_at:
                continue
            if obstacle := link._get_undo_obstacle():
                raise UserError(obstacle)
            # sudo: links are written by methods only; write access to both was checked
            link = link.sudo()
            link.write(
                {"undone_at": fields.Datetime.now(), "undone_user_id": self.env.uid}
            )
            if link.kind in JOINING:
                link.complaint_id._take_out(link.other_id, link.taken or {})
            link._log_undoing()
        return True

    def _log_undoing(self):
        """Both histories say that they are no longer linked."""
        self.ensure_one()
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        body = self.env._(
            "Undone: %(complaint)s – %(kind)s – %(other)s.",
            complaint=self.complaint_id._get_html_link(title=self.complaint_id.name),
            kind=kinds[self.kind],
            other=self.other_id._get_html_link(title=self.other_id.name),
        )
        ends = self.complaint_id | self.other_id
        ends._message_log_batch(bodies={complaint.id: body for complaint in ends})
