from odoo import fields, models


class CustomerComplaint(models.Model):
    """Where it came from beyond the channel, what it concerns, and fields of the team's own."""

    _inherit = "customer.complaint"

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
