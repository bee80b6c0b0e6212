from odoo import api, fields, models

from .customer_complaint_stage import CLOSED_TYPES


class CustomerComplaint(models.Model):
    """Where it came from beyond the channel, what it concerns, and fields of the team's own."""

    _inherit = "customer.complaint"

    channel_group = fields.Selection(
        related="channel_id.source_group", string="Source", groups="base.group_user"
    )

    # Passed on by somebody, or found outside
    third_party_id = fields.Many2one(
        "res.partner",
        string="Passed on by",
        index="btree_not_null",
        groups="base.group_user",
        help="The organisation that handed the complaint over to us.",
    )
    third_party_type = fields.Selection(
        [
            ("insurer", "Insurer"),
            ("bank", "Bank"),
            ("logistics", "Logistics provider"),
            ("dealer", "Dealer"),
            ("authority", "Authority"),
            ("consumer_body", "Consumer organisation"),
            ("other", "Other"),
        ],
        string="Kind of third party",
        groups="base.group_user",
    )
    platform_type = fields.Selection(
        [
            ("social_media", "Social media"),
            ("marketplace", "E-commerce platform"),
            ("review_site", "Review site"),
            ("forum", "Industry forum"),
            ("news", "News media"),
        ],
        string="Found on",
        groups="base.group_user",
        help="The kind of outside platform on which the complaint was found.",
    )
    platform_url = fields.Char(
        string="Link to the post",
        groups="base.group_user",
    )

    # What it concerns
    service_step_id = fields.Many2one(
        "customer.complaint.service.step",
        string="Service stage",
        index="btree_not_null",
        groups="base.group_user",
        help="Where in our service the problem arose.",
    )
    service_number = fields.Char(
        string="Service number",
        index="btree_not_null",
        help="Number of the contract, service order or device under which the customer is "
        "served.",
    )
    complaint_properties = fields.Properties(
        string="More fields",
        definition="team_id.complaint_properties_definition",
        copy=True,
        groups="base.group_user",
    )

    # ------------------------------------------------------------------
    # Channels
    # ------------------------------------------------------------------
    def _propose_reply_channel(self, by_hand=False):
        """Channel over which a reply suits this complaint; may be empty.

        What is most severe is answered at once, the rest the way the customer chose, else in
        writing.

        :param bool by_hand: for a contact that is logged, not a message that is sent
        """
        self.ensure_one()
        Channel = self.env["customer.complaint.channel"]
        came_in = self.channel_id.sudo()
        if self.level_rank == 1:
            kinds = ("urgent", "real_time", "written")
        elif came_in.is_reply and not (by_hand and came_in._is_written_here()):
            return self.channel_id
        else:
            kinds = ("urgent", "written") if by_hand else ("written", "urgent")
        found = (Channel._get_reply_id(kind, by_hand) for kind in kinds)
        return Channel.browse(next(filter(None, found), False) or [])

    @api.model
    def _open_from_warning(self, vals_list):
        """Open complaints that a warning inside the company calls for, not a customer.

        They have the channel of early warnings and acknowledge nothing; automation rules
        may call this.

        :param list vals_list: values as of `create`
        :return: the complaints
        """
        channel = self._get_shipped("channel_system", "customer.complaint.channel")
        return self.create(
            [
                {"acknowledge": False, **vals, "channel_id": channel.id}
                for vals in vals_list
            ]
        )

    # ------------------------------------------------------------------
    # Responsible person of the category
    # ------------------------------------------------------------------
    def _after_intake(self):
        if not self._is_history():
            self._assign_by_category()
        return super()._after_intake()

    def write(self, vals):
        res = super().write(vals)
        if vals.get("category_id"):
            self._assign_by_category()
        return res

    def _assign_by_category(self):
        """Who is responsible for the category owns its complaints that nobody owns.

        Where something required is missing the complaint waits for a colleague instead.
        """
        # sudo: whoever classifies a complaint need not be allowed to assign it
        for complaint in self.sudo():
            responsible = complaint.category_id.user_id
            if (
                responsible
                and not complaint.user_id
                and complaint.stage_type not in CLOSED_TYPES
                and set(complaint._get_missing("assessed")) <= {"owner"}
            ):
                owner = complaint._get_stand_in(responsible)
                if complaint._can_tell(owner):
                    complaint.user_id = owner
