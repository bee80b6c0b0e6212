from odoo import api, fields, models, tools


class CustomerComplaintChannel(models.Model):
    _name = "customer.complaint.channel"
    _description = "Complaint Channel"
    _inherit = ["customer.complaint.cached.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        copy=False,
        help="Stable key by which mails, forms and interfaces find the channel.",
    )
    sequence = fields.Integer(default=10)
    source_group = fields.Selection(
        [
            ("internal", "Internal"),
            ("external", "External"),
            ("customer", "Customer's own feedback"),
            ("third_party", "Third-party transfer"),
        ],
        string="Source group",
        required=True,
        default="internal",
    )
    suitability = fields.Selection(
        [
            ("urgent", "Urgent, an answer at once"),
            ("written", "Not urgent, in writing"),
            ("real_time", "In real time"),
            ("everyday", "Everyday contact and feedback"),
        ],
        string="Suited best for",
        help="Decides which channel is proposed when replying.",
    )
    suited_for = fields.Char(
        string="Suited for",
        translate=True,
        help="What this channel is good for, shown when replying.",
    )
    is_reply = fields.Boolean(
        string="For replies", help="Customers are answered over this channel."
    )
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex(
        "(code) WHERE code IS NOT NULL", "Another channel has this code already."
    )

    @api.model
    @tools.ormcache()
    def _get_default_id(self):
        return self.sudo().search([("active", "=", True)], limit=1).id

    @api.model
    @tools.ormcache("suitability", "by_hand")
    def _get_reply_id(self, suitability, by_hand):
        """First channel for replies that is suited best for something; False: there is none.

        :param bool by_hand: not one over which messages leave from here
        """
        channels = self.sudo().search(
            [
                ("active", "=", True),
                ("is_reply", "=", True),
                ("suitability", "=", suitability),
            ]
        )
        return channels.filtered(lambda c: not (by_hand and c._is_written_here()))[
            :1
        ].id

    def _is_written_here(self):
        """Whether a reply over the channel is a message of ours, which logs itself."""
        self.ensure_one()
        return self.code in ("email", "portal")
