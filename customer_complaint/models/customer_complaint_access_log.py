from odoo import api, fields, models


class CustomerComplaintAccessLog(models.Model):
    """Who took complaints out of the system: on paper, in a file, or all about one person;
    and who put a name to an anonymous one.

    Nobody writes it by hand; a manager and an auditor read it.
    """

    _name = "customer.complaint.access.log"
    _description = "Print or Export of Complaints"
    _order = "id desc"
    _rec_name = "detail"

    kind = fields.Selection(
        [
            ("print", "Print"),
            ("export", "Export"),
            ("person", "Export of a person's data"),
            ("delete", "Deletion"),
            ("identity", "Identity entered"),
        ],
        required=True,
    )
    user_id = fields.Many2one("res.users", required=True, index=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    company_id = fields.Many2one("res.company", index=True)
    complaint_id = fields.Many2one(
        "customer.complaint", ondelete="set null", index="btree_not_null"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Person",
        ondelete="set null",
        index="btree_not_null",
    )
    complaint_count = fields.Integer(string="Complaints", aggregator="sum")
    detail = fields.Char(help="Document, or fields that were exported.")

    @api.model
    def _log(self, kind, complaints, detail, partner=None):
        """Note that the current user took these complaints out.

        :param str kind: see the field
        :param complaints: the records, or their number where only that is known
        """
        if not self.env.user._is_internal():
            return
        single = (
            complaints
            if not isinstance(complaints, int) and len(complaints) == 1
            else None
        )
        vals = {
            "kind": kind,
            "user_id": self.env.uid,
            "company_id": (single.sudo().company_id if single else self.env.company).id,
            "complaint_id": single and single.id,
            "partner_id": partner and partner.id,
            "complaint_count": complaints
            if isinstance(complaints, int)
            else len(complaints),
            "detail": detail,
        }
        # sudo: nobody writes the log himself
        if not self.env.cr.readonly:
            self.sudo().create(vals)
            return
        with (
            self.env.registry.cursor() as cr
        ):  # a page that only reads is logged all the same
            self.with_env(self.env(cr=cr)).sudo().create(vals)
