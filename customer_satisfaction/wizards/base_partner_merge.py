from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Scores count for the company that the merged contact belongs to."""
        res = super()._merge(partner_ids, dst_partner, extra_checks)
        # sudo: what scores copy from their answer, they copy whoever merges
        answers = self.env["survey.user_input"].sudo()
        merged = answers.search(
            [
                ("partner_id", "in", list(partner_ids)),
                ("is_satisfaction", "=", True),
                ("state", "=", "done"),
            ]
        )
        for batch in merged._in_batches():
            batch._store_scores()
        return res
