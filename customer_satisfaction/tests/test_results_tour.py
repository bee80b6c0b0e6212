from odoo.tests import HttpCase, tagged

from .results_common import ResultsCommon


@tagged("post_install", "-at_install", "browser")
class TestResultsTour(ResultsCommon, HttpCase):
    """The pages of the results, as a manager goes through them."""

    def test_manager_goes_through_the_pages_and_opens_what_is_behind_a_number(self):
        # S-10 S-57
        chief = self.user(
            "results_chief",
            "group_satisfaction_manager",
            "customer_complaint.group_complaint_manager",
            tour_enabled=False,
        )
        for title, is_anonymous in (
            ("Nobody answered this one", False),
            ("Without names", True),
        ):
            survey = self.survey.copy({"is_anonymous": is_anonymous})
            survey.write({"title": title, "is_satisfaction": True})
        self.fill()
        self.start_tour(
            "/odoo/satisfaction-scores",
            "customer_satisfaction_results",
            login=chief.login,
            timeout=600,
        )
