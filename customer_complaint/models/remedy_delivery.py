from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import given
from .customer_complaint_remedy import BOOKED


class CustomerComplaintRemedy(models.Model):
    """The customer has it, has it not after all, or does not get it."""

    _inherit = "customer.complaint.remedy"

    def _check_staff(self):
        """Only those who handle the complaint carry its remedies out."""
        if not self.env.user.has_group("customer_complaint.group_complaint_user"):
            raise AccessError(
                self.env._("Remedies are carried out by those who handle complaints.")
            )
        self.check_access("write")
        self.complaint_id.check_access("write")

    def action_deliver(self):
        """Ask since when the customer has it, and what shows it."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Delivered"),
            "res_model": "customer.complaint.remedy.deliver",
            "view_mode": "form",
            "target": "new",
            "context": {"default_remedy_ids": self.ids},
        }

    def deliver(self, at=None, note=None):
        """Record that the customer has it: by whom, when, and what shows it.

        :param datetime at: when he got it, now by default
        :param str note: what shows it, for example a signature or the words of a talk
        :raises UserError: it is not chosen, delivered already, or something else proves it
        """
        self._check_staff()
        at = given.moment(self.env, at) or fields.Datetime.now()
        note = given.text(self.env, note)
        for remedy in self:
            if problem := remedy._get_delivery_problem(at, note):
                raise UserError(
                    self.env._(
                        "%(remedy)s: %(problem)s",
                        remedy=remedy.name,
                        problem=problem,
                    )
                )
        # sudo: written by methods only; access was checked
        self.sudo().write(
            {
                "delivered_at": at,
                "delivered_by_id": self.env.uid,
                "delivery_note": note or False,
            }
        )
        self._trail(self.env._("Delivered"), note)
        return True

    def _get_delivery_problem(self, at, note):
        """Sentence that says why it cannot be marked as delivered at `at`, or None."""
        self.ensure_one()
        if self.solution_id.state != "chosen":
            return self.env._("its solution is not chosen yet. Choose it first.")
        if self.state in ("delivered", "cancelled"):
            return self.env._("it is delivered or cancelled already.")
        if self.type_id._is_credit():
            return self.env._(
                "accounting delivers it with a credit note. Request the credit note."
            )
        if self.document_id:
            return self.env._(
                "%(document)s delivers it as soon as it is done.",
                document=self.document_name,
            )
        if at > fields.Datetime.now():
            return self.env._("it cannot have been delivered in the future.")
        if at < self.complaint_id.received_at:
            return self.env._(
                "it cannot have been delivered before the customer complained."
            )
        if missing := self._get_missing():
            return self.env._("fill in first: %(missing)s.", missing=", ".join(missing))
        if self.proof == "told" and not self._is_told():
            return self.env._(
                "the customer was not told since. Send him a message, or log the talk "
                "with Log contact."
            )
        if self.proof in ("document", "note") and not note:
            return self.env._("say what shows it: a document, a signature, a talk.")
        return None

    def _is_told(self):
        """Whether the customer was written or spoken to since the remedy was agreed."""
        self.ensure_one()
        told_at = self.sudo().complaint_id.told_at  # only a moment
        return bool(told_at and told_at >= self.create_date.replace(microsecond=0))

    def action_undo_delivery(self):
        """The customer does not have it after all: it is owed again.

        A document that said otherwise was not the right one, or did not reach him.
        """
        self._check_staff()
        delivered = self.filtered("delivered_at")
        delivered.filtered("document_id")._unlink_document()
        delivered.sudo().write(  # see `deliver`
            {"delivered_at": False, "delivered_by_id": False, "delivery_note": False}
        )
        delivered._trail(self.env._("Not delivered after all"))
        return True

    def action_cancel(self):
        """Ask for the reason, then cancel."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Cancel remedy"),
            "res_model": "customer.complaint.remedy.cancel",
            "view_mode": "form",
            "target": "new",
            "context": {"default_remedy_ids": self.ids},
        }

    def cancel(self, reason):
        """Give a remedy up; the reason stays on file.

        Of money that accounting credited in part, the rest is given up.

        :raises UserError: it is delivered, or accounting has a request for it
        """
        self._check_staff()
        reason = given.text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Say why the customer does not get it."))
        for remedy in self:
            if remedy.state in ("delivered", "cancelled"):
                raise UserError(
                    self.env._(
                        "%(remedy)s is delivered or cancelled already.",
                        remedy=remedy.name,
                    )
                )
            if remedy.document_id and remedy._is_document_alive():
                raise UserError(
                    self.env._(
                        "%(remedy)s is carried out with %(document)s. Cancel or unlink "
                        "that first.",
                        remedy=remedy.name,
                        document=remedy.document_name,
                    )
                )
            asked = set(remedy._get_requests().mapped("state"))
            if asked and (asked - set(BOOKED) or not remedy.amount_left):
                raise UserError(
                    self.env._(
                        "%(remedy)s: accounting was asked for a credit note. Cancel that "
                        "request first.",
                        remedy=remedy.name,
                    )
                )
        self.solution_id.filtered("acceptance")._before_change()
        in_part = self.filtered(lambda r: r._get_requests())
        # sudo: see `deliver`
        for remedy in in_part.sudo().with_context(complaint_rest_cancelled=True):
            remedy.amount -= remedy.amount_left
        (self - in_part).sudo().cancel_reason = reason
        in_part._trail(self.env._("Rest cancelled"), reason)
        (self - in_part)._trail(self.env._("Cancelled"), reason)
        return True
