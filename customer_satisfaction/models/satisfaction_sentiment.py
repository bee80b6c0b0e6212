from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.customer_complaint.tools import given

from ..tools.sentiment import classify

SENTIMENTS = [
    ("positive", "Positive"),
    ("neutral", "Neutral tone"),
    ("negative", "Negative"),
]


class SurveyUserInput(models.Model):
    """What a comment says: sorted by word lists, corrected by people."""

    _inherit = "survey.user_input"

    sentiment = fields.Selection(
        SENTIMENTS,
        string="Comment says",
        compute="_compute_sentiment",
        store=True,
        index="btree_not_null",
        help="Sorted by words for and against, in English and Chinese; other languages "
        "are neutral. Correct what is sorted wrong: corrections are kept.",
    )
    sentiment_corrected = fields.Selection(
        SENTIMENTS,
        string="Comment says, corrected",
        readonly=True,
        copy=False,
    )

    @api.depends(
        "sentiment_corrected",
        "survey_id.is_satisfaction",
        "user_input_line_ids.value_text_box",
    )
    def _compute_sentiment(self):
        ours = self.filtered("is_satisfaction")
        (self - ours).sentiment = False
        for answer in ours:
            found = classify(answer.satisfaction_comment) or False
            answer.sentiment = found and (answer.sentiment_corrected or found)

    def action_correct_sentiment(self, sentiment=False):
        """Say what the comments of these answers really say; it survives recomputation.

        :param str sentiment: positive, neutral or negative; False to sort by words again
        :raises AccessError: without the group Satisfaction / User or the right to read them
        :raises UserError: for any other word
        """
        if not self.env.user.has_group("customer_satisfaction.group_satisfaction_user"):
            raise AccessError(
                self.env._(
                    "Only satisfaction users correct what comments say. Ask a satisfaction "
                    "manager for the right."
                )
            )
        sentiment = given.choice(self.env, sentiment, dict(SENTIMENTS))
        self.check_access("read")
        # sudo: of an answer, a satisfaction user changes nothing but this
        self.sudo().filtered("sentiment").sentiment_corrected = sentiment
        return True
