import hashlib

from markupsafe import Markup

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date, plaintext2html


class CustomerComplaintRemedy(models.Model):
    _inherit = "customer.complaint.remedy"

    def _get_customer_words(self):
        """What the customer gets, as he reads it: in his language, with money and dates.

        :return: str, for example "Partial refund: € 120.00"
        """
        self.ensure_one()
        there = self.with_context(lang=self.complaint_id._get_customer_lang())
        # Words of our own stay, the name of a type is translated.
        is_own = self.name not in self.type_id._get_names()
        name = self.name if is_own else there.type_id.name
        details = []
        if self.amount:
            details.append(there.currency_id.format(self.amount))
        if self.product_id:
            product = there.product_id.with_context(display_default_code=False)
            details.append(f"{self.quantity:g} × {product.display_name}")
        if self.date_to:
            details.append(
                there.env._(
                    "from %(start)s until %(end)s",
                    start=format_date(there.env, self.date_from),
                    end=format_date(there.env, self.date_to),
                )
            )
        if self.date_due:
            details.append(
                there.env._("by %(day)s", day=format_date(there.env, self.date_due))
            )
        if not details:
            return name
        return there.env._(
            "%(remedy)s: %(details)s", remedy=name, details=", ".join(details)
        )


class CustomerComplaintRemedyType(models.Model):
    _inherit = "customer.complaint.remedy.type"

    def _get_names(self):
        """The name in every language."""
        self.ensure_one()
        translations, _info = self.sudo().get_field_translations("name")
        return {row["value"] for row in translations} | {self.name}


class CustomerComplaintSolution(models.Model):
    _inherit = "customer.complaint.solution"

    def _get_remedy_words(self):
        """What the customer gets with it, a line for each remedy."""
        self.ensure_one()
        return [
            remedy._get_customer_words()
            for remedy in self.remedy_ids
            if remedy.state != "cancelled"
        ]

    def _get_choice(self):
        """What his page sends for it: he accepts what he read, not what it became since."""
        self.ensure_one()
        read = repr((self.name, self.measures, self._get_remedy_words()))
        return f"{self.id}-{hashlib.sha256(read.encode()).hexdigest()[:16]}"


class CustomerComplaint(models.Model):
    """Solutions that the customer chooses from on his page."""

    _inherit = "customer.complaint"

    def _get_asked_solutions(self):
        """What the customer can answer to now, newest first."""
        self.ensure_one()
        if self._is_closed():
            return self.solution_ids.browse()
        return self.solution_ids.filtered(lambda s: s._is_asked())

    def _get_portal_solutions(self):
        """The offer as the customer reads it.

        :return: dict with keys asked, accepted (list of dict with choice, name, measures,
            remedies, suggestion, answered_at), rejected: whether he said no to the last one
        """
        self.ensure_one()

        def describe(solutions):
            return [
                {
                    "choice": solution._get_choice(),
                    "name": solution.name,
                    "measures": solution.measures,
                    "remedies": solution._get_remedy_words(),
                    "suggestion": solution.suggestion,
                    "answered_at": solution.accepted_at,
                }
                for solution in solutions
            ]

        accepted = self.solution_ids.filtered(
            lambda s: s.state == "chosen"
            and s.acceptance == "accepted"
            and s.offered_at
        )
        asked = self._get_asked_solutions()
        answered = self.solution_ids.filtered(lambda s: s.offered_at and s.accepted_at)
        last = answered.sorted(lambda s: (s.accepted_at, s.id))[-1:]
        return {
            "asked": describe(asked.sorted("version")),
            "accepted": describe(accepted),
            "rejected": not asked and not accepted and last.acceptance == "rejected",
        }

    def _answer_offer(self, choice, suggestion, author=None, guest=False):
        """Event: the customer chose on his page; the caller has all rights and has checked him.

        :param str choice: see `_get_choice`, "none", or empty with a suggestion only
        :param str suggestion: plain text, may be empty
        :param author: partner of whoever is logged in
        :param guest: see `_post_as_visitor`
        :raises UserError: nothing was chosen, or it is not offered any more
        """
        complaint = self._get_kept().sudo()
        complaint._lock()  # two clicks at once
        complaint.invalidate_recordset(["solution_ids"])
        asked = complaint._get_asked_solutions()
        chosen = asked.filtered(lambda s: s._get_choice() == choice)
        if choice and choice != "none" and not chosen:
            raise UserError(
                self.env._(
                    "This offer was answered already, or has changed since. Please look "
                    "at it again."
                )
            )
        if not asked or not (choice or suggestion):
            raise UserError(
                self.env._("Please choose what suits you, or tell us what would.")
            )
        there = complaint._in_company_language().env
        if chosen:
            said = self.env._("I accept: %(solution)s", solution=chosen.name)
            chosen.with_env(there)._record_answer("accepted", suggestion)
        elif choice:
            said = self.env._("None of what you offer suits me.")
            for solution in asked.with_env(there):
                solution._record_answer("rejected", suggestion)
        else:
            said = self.env._("I would suggest something else.")
            asked.suggestion = suggestion
        body = Markup("<p>%s</p>") % said
        if suggestion:
            body += plaintext2html(suggestion)
        if not author:
            return complaint._say_on_page(body, guest=guest)
        return complaint.with_context(
            complaint_by_visitor="page", mail_post_autofollow_author_skip=True
        ).message_post(
            body=body,
            author_id=author.id,
            email_from=author.email_formatted,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
