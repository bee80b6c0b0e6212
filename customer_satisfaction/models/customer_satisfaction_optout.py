from odoo import api, fields, models
from odoo.tools import email_normalize


class CustomerSatisfactionOptout(models.Model):
    """Addresses that do not want to be asked any more, by any plan."""

    _name = "customer.satisfaction.optout"
    _description = "Survey Opt-out"
    _order = "date desc, id desc"
    _rec_name = "email"

    email = fields.Char(string="E-mail", required=True)
    date = fields.Datetime(
        string="Since", required=True, default=fields.Datetime.now, readonly=True
    )
    source = fields.Selection(
        [("page", "Customer, by the link in an e-mail"), ("staff", "Entered by us")],
        string="Said by",
        required=True,
        default="staff",
        readonly=True,
    )

    _email_unique = models.UniqueIndex(
        "(email)", "This address is on the list already. Nobody asks it."
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalize(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalize(vals))

    def _normalize(self, vals):
        email = vals.get("email")
        return {**vals, "email": email_normalize(email) or email} if email else vals

    @api.model
    def _stop(self, emails, source):
        """Ask these normalized addresses no more; twice is as good as once."""
        known = self.search([("email", "in", emails)]).mapped("email")
        return self.create(
            [
                {"email": email, "source": source}
                for email in dict.fromkeys(emails)
                if email not in known
            ]
        )

    @api.model
    def _resume(self, emails):
        """These normalized addresses may be asked again."""
        self.search([("email", "in", emails)]).unlink()
