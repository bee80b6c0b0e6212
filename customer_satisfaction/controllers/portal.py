from odoo import fields, http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class SatisfactionPortal(CustomerPortal):
    """What customers who are signed in are asked, on their first page."""

    @http.route()
    def home(self, **kw):
        response = super().home(**kw)
        response.qcontext["satisfaction_answers"] = self._get_open_questions()
        return response

    def _get_open_questions(self):
        """Answers that are still awaited of this person; the first to expire first."""
        # sudo: portal users have no rights on answers; these are awaited of themselves
        answers = (
            request.env["survey.user_input"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", request.env.user.partner_id.id),
                    ("survey_id.is_satisfaction", "=", True),
                    ("survey_id.active", "=", True),
                    ("plan_id", "!=", False),
                    ("state", "!=", "done"),
                    ("test_entry", "=", False),
                    ("deadline", ">", fields.Datetime.now()),
                ],
                order="deadline, id",
                limit=10,
            )
        )
        return answers.filtered(lambda answer: not answer._is_early())
