from odoo import models
from odoo.fields import Domain


class CustomerComplaintPersonExport(models.TransientModel):
    """What is handed out about a person holds his survey answers, too."""

    _inherit = "customer.complaint.person.export"

    def _get_data(self, partner, complaints):
        data = super()._get_data(partner, complaints)
        companies = Domain("company_id", "in", [*complaints.env.companies.ids, False])
        # sudo: a complaint manager hands out all that is known, within his companies
        answers = (
            self.env["survey.user_input"]
            .sudo()
            .search(partner._get_satisfaction_domain() & companies, order="id")
        )
        invitations = (
            self.env["customer.satisfaction.invitation"]
            .sudo()
            .search(partner._get_invitation_domain() & companies, order="id")
        )
        # sudo: see above
        sessions = (
            self.env["customer.satisfaction.session"]
            .sudo()
            .search(
                Domain("participant_ids", "child_of", partner.ids) & companies,
                order="id",
            )
        )
        return {
            **data,
            "survey_answers": [answer._get_personal_answer() for answer in answers],
            "survey_invitations": [
                {
                    "plan": row.plan_id.name,
                    "state": row.state,
                    "reason": row.reason or None,
                    "sent": str(row.sent_at or "") or None,
                }
                for row in invitations
            ],
            "satisfaction_sessions": [
                {"topic": session.name, "kind": session.kind, "date": str(session.date)}
                for session in sessions
            ],
        }
