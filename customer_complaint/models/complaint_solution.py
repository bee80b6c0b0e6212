from odoo import fields, models
from odoo.exceptions import UserError

# Shipped type by kind of request, when nobody chose a remedy before.
TYPE_BY_KIND = {
    "products": "remedy_type_refund",
    "amount": "remedy_type_partial_refund",
    "goodwill": "remedy_type_goodwill",
}


class CustomerComplaint(models.Model):
    """What is done for the customer: solutions with their remedies."""

    _inherit = "customer.complaint"

    solution_ids = fields.One2many(
        "customer.complaint.solution",
        "complaint_id",
        string="Solutions",
        groups="customer_complaint.group_complaint_user",
    )
    remedy_ids = fields.One2many(
        "customer.complaint.remedy",
        "complaint_id",
        string="Remedies",
        groups="customer_complaint.group_complaint_user",
    )

    def _get_solution(self):
        """The solution that is carried out, made when there is none yet.

        The caller has checked that the user may work on the complaint.
        """
        self.ensure_one()
        complaint = self.sudo()
        chosen = complaint.solution_ids.filtered(lambda s: s.state == "chosen")
        if not chosen:
            complaint._lock()  # two that promise at once
            complaint.invalidate_recordset(["solution_ids"])
            chosen = complaint.solution_ids.filtered(lambda s: s.state == "chosen")
        solution = chosen[:1] or chosen.create(
            {
                "complaint_id": self.id,
                "state": "chosen",
                "user_id": complaint.user_id.id or self.env.uid,
            }
        )
        return self.env["customer.complaint.solution"].browse(solution.id)

    def _get_open_remedies(self):
        """What was promised and is not delivered yet."""
        # sudo: whoever completes need not read what was promised by others
        return self.sudo().remedy_ids.filtered("is_open")

    # ------------------------------------------------------------------
    # Money
    # ------------------------------------------------------------------
    def _get_remedy_to_credit(self, remedy_id, kind, currency, amount):
        """The remedy that a request for a credit note carries out, made when none is given.

        :param int remedy_id: of this complaint, may be empty
        :param str kind: key of TYPE_BY_KIND
        :return: remedy in full rights; its request may be linked
        :raises UserError: the remedy is another complaint's, or money is not what it needs
        """
        self.ensure_one()
        # sudo: the caller has checked that the user may ask for money here
        Remedy = self.env["customer.complaint.remedy"].sudo()
        if not remedy_id:
            kind = self._get_shipped(
                TYPE_BY_KIND[kind], "customer.complaint.remedy.type"
            ).exists()
            kind = kind or kind.search([("proof", "in", ("credit", "paid"))], limit=1)
            solution = self._get_solution()
            return Remedy.create(
                {
                    "solution_id": solution.id,
                    "type_id": kind.id,
                    "amount": amount,
                    "currency_id": currency.id,
                    "user_id": self.sudo().user_id.id,
                }
            )
        remedy = Remedy.search([("id", "=", remedy_id), ("complaint_id", "=", self.id)])
        if not remedy or not remedy.type_id._is_credit():
            raise UserError(
                self.env._(
                    "Choose a remedy of this complaint that is paid with a credit note."
                )
            )
        if remedy.solution_id.state != "chosen":
            raise UserError(
                self.env._(
                    "%(solution)s is not chosen yet. Choose it before you ask accounting "
                    "for the money.",
                    solution=remedy.solution_id.display_name,
                )
            )
        if remedy.state == "cancelled":
            raise UserError(
                self.env._(
                    "%(remedy)s is cancelled. Choose another remedy, or none.",
                    remedy=remedy.name,
                )
            )
        if remedy.currency_id != currency and not remedy.credit_request_ids:
            # Agreed before anybody knew which invoice; accounting credits in its currency.
            remedy.write({"currency_id": currency.id, "amount": amount})
        elif not remedy.amount:
            remedy.amount = amount
        return remedy
