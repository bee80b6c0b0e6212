from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import new_test_user

from .common import ComplaintCommon

NOW = datetime(2025, 3, 5, 10, 0)


class AbsenceCommon(ComplaintCommon):
    """A fixed moment, and a second handler in the team."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stop_clock(NOW)
        # What a complaint needs before it may close is not the question here.
        cls.env["customer.complaint.requirement"].search([]).active = False
        cls.deputy = new_test_user(
            cls.env,
            "t_deputy",
            "customer_complaint.group_complaint_user",
            name="Dora Deputy",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            lang="en_US",
        )
        cls.team.member_ids += cls.deputy
        cls.env["customer.complaint.absence"].search([]).unlink()

    @classmethod
    def away(cls, user, deputy=None, by=None, days=(-1, 5), **values):
        """An absence from-to in days from now; unless told otherwise entered by the person."""
        model = cls.env["customer.complaint.absence"].with_user(by or user)
        first, last = days
        return model.create(
            {
                "user_id": user.id,
                "deputy_id": deputy and deputy.id,
                "date_from": NOW + timedelta(days=first),
                "date_to": NOW + timedelta(days=last),
                **values,
            }
        )

    def deputies(self, *users):
        self.team.deputy_ids = [
            Command.clear(),
            *[
                Command.create({"user_id": user.id, "sequence": number})
                for number, user in enumerate(users)
            ],
        ]
