from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

# Whatever of these is filled tells who complains.
IDENTITY = (
    "partner_id",
    "commercial_partner_id",
    "partner_name",
    "email_from",
    "email_cc",
    "phone",
    "invoiced_partner_id",
    "order_id",
    "service_number",
)
# What cannot be asked of somebody nobody knows. He reads the outcome on his page, by the link.
NOT_FROM_ANONYMOUS = ("customer", "contact", "channels", "confirmation")


class CustomerComplaint(models.Model):
    """Complaints of people who do not say who they are."""

    _inherit = "customer.complaint"

    is_anonymous = fields.Boolean(
        string="Anonymous",
        tracking=True,
        help="Nothing about who complains is asked, kept or shown. He follows the complaint "
        "with the link that he gets at the end of the public form.",
    )
    complaint_allow_anonymous = fields.Boolean(
        related="company_id.complaint_allow_anonymous", export_string_translation=False
    )

    _anonymous_without_identity = models.Constraint(
        "CHECK(is_anonymous IS NOT TRUE OR (partner_id IS NULL "
        "AND commercial_partner_id IS NULL AND invoiced_partner_id IS NULL "
        "AND order_id IS NULL AND COALESCE(partner_name, '') = '' "
        "AND COALESCE(email_from, '') = '' AND COALESCE(email_cc, '') = '' "
        "AND COALESCE(phone, '') = '' "
        "AND COALESCE(service_number, '') = ''))",
        "An anonymous complaint keeps nothing that tells who complains: no customer, name, "
        "e-mail, phone, order or service number. Empty these, or take up the complaint "
        "under a name.",
    )

    @api.onchange("is_anonymous")
    def _onchange_is_anonymous(self):
        if self.is_anonymous:
            self.update(dict.fromkeys(set(IDENTITY) - {"commercial_partner_id"}, False))
            self.line_ids = self.line_ids.filtered(lambda line: not line.order_line_id)
            self.acknowledge = False

    @api.model_create_multi
    def create(self, vals_list):
        creator = self
        if self.env.su and self.env.user.share:
            if any(vals.get("is_anonymous") for vals in vals_list):
                # From our own pages: nor does the creator tell who was logged in.
                creator = self.with_user(SUPERUSER_ID)
        complaints = super(CustomerComplaint, creator).create(vals_list)
        complaints.filtered("is_anonymous")._check_anonymous()
        return complaints.with_env(self.env)

    def write(self, vals):
        if vals.get("is_anonymous") and not all(c.is_anonymous for c in self):
            raise UserError(
                self.env._(
                    "Who complains is in the history already and cannot be forgotten. "
                    "Enter a new complaint as anonymous instead."
                )
            )
        hidden = self.filtered("is_anonymous")
        if hidden and vals.get("is_anonymous", True):
            self._check_without_identity(vals)
        res = super().write(vals)
        for complaint in hidden - self.filtered("is_anonymous"):
            self.env["customer.complaint.access.log"]._log(
                "identity",
                complaint,
                self.env._(
                    "%(complaint)s is anonymous no more", complaint=complaint.name
                ),
            )
        return res

    @api.model
    def _prepare_intake_values(self, vals_list):
        vals_list = super()._prepare_intake_values(vals_list)
        for vals in vals_list:
            if vals.get("is_anonymous"):
                self._check_without_identity(vals)
        return vals_list

    def _check_without_identity(self, vals):
        """Refuse values of an anonymous complaint that tell who complains.

        An organisation that passed it on does not; nor does anything in `vals` that is empty.
        """
        third_party = self.env["res.partner"].sudo().browse(vals.get("third_party_id"))
        if any(vals.get(fname) for fname in (*IDENTITY, "origin_id")) or (
            third_party and not third_party.is_company
        ):
            raise UserError(
                self.env._(
                    "An anonymous complaint keeps nothing that tells who complains: no "
                    "customer, name, e-mail, phone, order or service number. Empty "
                    "these, or take up the complaint under a name."
                )
            )

    def _check_without_order_lines(self):
        """Refuse lines of orders on anonymous complaints; invoked when one is set."""
        if self.filtered("is_anonymous").line_ids.order_line_id:
            raise UserError(
                self.env._(
                    "The lines of a sales order tell who complains. Remove them from the "
                    "anonymous complaint."
                )
            )

    def _check_anonymous(self):
        """Anonymous complaints are taken where the company allows it."""
        for company in self.company_id:
            if not company.sudo().complaint_allow_anonymous:
                raise UserError(
                    self.env._(
                        "%(company)s does not take anonymous complaints. Ask for a name "
                        "and a way to answer, or let an administrator allow it in the "
                        "settings.",
                        company=company.name,
                    )
                )

    def _is_given(self, code):
        if self.is_anonymous and code in NOT_FROM_ANONYMOUS:
            return True
        return super()._is_given(code)

    def _reaches_customer(self, message):
        # By the link to his page, which nobody else has.
        return self.is_anonymous or super()._reaches_customer(message)

    def _get_next_action(self):
        action = super()._get_next_action()
        return False if self.is_anonymous and action == "confirm" else action
