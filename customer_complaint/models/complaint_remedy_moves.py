from odoo import models


class CustomerComplaint(models.Model):
    """Merging, splitting: what was promised and offered goes where the complaint goes on."""

    _inherit = "customer.complaint"

    def _hand_over_owed(self, kept):
        taken = super()._hand_over_owed(kept)
        offers = self.solution_ids.filtered(lambda s: s.state in ("draft", "offered"))
        remedies = self._get_open_remedies()
        before = {remedy.id: remedy.solution_id.id for remedy in remedies}
        # One that was promised to both may stand there twice: nobody but a colleague knows.
        if remedies:
            remedies._move_to(kept._get_solution())
        offers._move_to(kept)
        return {**taken, "remedies": list(before.items()), "solutions": offers.ids}

    def _take_out(self, kept, taken):
        res = super()._take_out(kept, taken)
        solutions = self.env["customer.complaint.solution"]
        offers = solutions.browse(taken.get("solutions")).exists()
        offers.filtered(
            lambda s: s.complaint_id == kept and s.state in ("draft", "offered")
        )._move_to(self)
        for remedy_id, solution_id in taken.get("remedies", ()):
            remedy = self.env["customer.complaint.remedy"].browse(remedy_id).exists()
            solution = solutions.browse(solution_id).exists()
            if remedy.complaint_id == kept and solution.complaint_id == self:
                remedy._move_to(solution)
        return res

    def _split_off(self, lines, reason, values):
        products = lines.product_id - (self.line_ids - lines).product_id
        part = super()._split_off(lines, reason, values)
        # What is promised about its products is owed by the part; money that accounting was asked
        # for stays with its request.
        remedies = self._get_open_remedies().filtered(
            lambda r: r.product_id and r.product_id in products
        )
        remedies -= remedies.filtered("credit_request_ids")
        if remedies:
            remedies._move_to(part._get_solution().sudo())
        return part


class CustomerComplaintSolution(models.Model):
    _inherit = "customer.complaint.solution"

    def _move_to(self, complaint):
        """Let another complaint of the same customer offer these, in full rights."""
        for solution in self.sudo().sorted("version"):
            version = self._get_last_version(complaint.id) + 1
            solution.write({"complaint_id": complaint.id, "version": version})


class CustomerComplaintRemedy(models.Model):
    _inherit = "customer.complaint.remedy"

    def _move_to(self, solution):
        """Let another solution carry these out, in full rights; their promises go along."""
        remedies = self.sudo()
        remedies.solution_id = solution.id
        for rows in remedies.deadline_ids.filtered(
            lambda d: d.complaint_id != solution.complaint_id
        ):
            rows._hand_to(solution.complaint_id)
