from odoo import models

from ..tools import due_times


class CustomerComplaintDeadline(models.Model):
    """When the clock of a deadline ran and stood, and why, in sentences."""

    _inherit = "customer.complaint.deadline"

    def _get_segments(self, now):
        """Times in which the clock of the deadline ran or stood, from its start on.

        They follow one another without gap, until it was met or is no longer owed, else `now`.

        :return: list of (from, to, "running" or "paused")
        """
        self.ensure_one()
        pauses = [(pause.start_at, pause.end_at) for pause in self._get_pauses()]
        dropped = self.sudo().event_ids.filtered(lambda e: e.kind == "dropped")[-1:]
        end = self.done_at or (self.state == "dropped" and dropped.at) or now
        return due_times.segments(self.start_at, end, pauses)

    def _get_history(self):
        """Sentences about start, moves and end of these rows, in the user's language.

        :return: list of (moment, sentence)
        """
        history = []
        for deadline in self:
            label = deadline._get_label()
            history.append((deadline.start_at, deadline._get_start_sentence(label)))
            for event in deadline.sudo().event_ids:  # names of colleagues
                history.append((event.at, event._get_sentence(label)))
        return history

    def _get_start_sentence(self, label):
        self.ensure_one()
        first = self.sudo().event_ids.filtered(lambda e: e.kind == "moved")[:1]
        due = self._format_moment(first.old_due_at or self.due_at)
        if self.deadline_type == "commitment":
            return self.env._(
                "Promised to the customer by %(due)s: %(promise)s",
                due=due,
                promise=self.commitment,
            )
        if not self.amount:
            return self.env._("%(deadline)s due %(due)s.", deadline=label, due=due)
        sentence = self.env._(
            "%(deadline)s started: %(limit)s, due %(due)s.",
            deadline=label,
            limit=self._format_limit(),
            due=due,
        )
        if self.is_fallback:
            warning = self.env._(
                "There are no working hours, so elapsed time is counted."
            )
            sentence = f"{sentence} {warning}"
        return sentence

    def _format_limit(self):
        """The limit with its unit, in words of the user's language."""
        self.ensure_one()
        line = self.env["customer.complaint.policy.line"]
        return line._format_length(self.amount, self.unit)
