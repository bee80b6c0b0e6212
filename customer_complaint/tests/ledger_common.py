from datetime import timedelta

from freezegun import freeze_time

from odoo.fields import Command

from .common import ComplaintCommon

HOUR = timedelta(hours=1)


class LedgerCommon(ComplaintCommon):
    """Limits, talks and stages for the tests of the ledger."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.complaint_pause = True
        cls.waiting = cls.env.ref("customer_complaint.reason_pause_customer")
        cls.supplier = cls.env.ref("customer_complaint.reason_pause_supplier")
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Nine to five",
                "tz": "UTC",
                "attendance_ids": [
                    Command.create(
                        {
                            "name": "Day",
                            "dayofweek": str(day),
                            "hour_from": 9,
                            "hour_to": 17,
                        }
                    )
                    for day in range(5)
                ],
            }
        )

    def set_limits(self, *limits):
        """Make (deadline type, amount[, unit[, stage type]]) the only policy."""
        self.env["customer.complaint.policy"].search([]).active = False
        return self.env["customer.complaint.policy"].create(
            {
                "name": "Test",
                "line_ids": [
                    Command.create(
                        dict(
                            zip(
                                ("deadline_type", "amount", "unit", "stage_type"),
                                limit,
                                strict=False,
                            )
                        )
                    )
                    for limit in limits
                ],
            }
        )

    def at(self, moment):
        return freeze_time(moment)

    def tell(self, complaint, moment, **values):
        """The handler tells the customer something on the phone."""
        return complaint.env["customer.complaint.contact"].create(
            {
                "complaint_id": complaint.id,
                "summary": "Told the customer",
                "date": moment,
                **values,
            }
        )

    def due(self, complaint, deadline_type, round_number=1):
        rows = self.row(complaint, deadline_type, round_number)
        return [row.due_at for row in rows.sorted("id")]

    def assertRow(self, complaint, deadline_type, state, result=False):
        row = self.row(complaint, deadline_type, complaint.round)[-1:]
        self.assertEqual((row.state, row.result), (state, result), deadline_type)

    def complete(self, complaint, moment):
        complaint.write({"decision": "justified", "decision_reason": "Our fault."})
        with self.at(moment):
            complaint.action_complete()

    def record_events(self, moment):
        """As if everything in the history had been written down at `moment`."""
        self.env.flush_all()
        self.cr.execute(
            "UPDATE customer_complaint_deadline_event SET create_date = %s", [moment]
        )
        self.env.invalidate_all()

    def make_stage(self, stage_type, **values):
        return self.env["customer.complaint.stage"].create(
            {
                "name": f"Own {stage_type}",
                "stage_type": stage_type,
                "sequence": 1,
                **values,
            }
        )

    def set_limits_per_level(self, *limits):
        """Make (rank, deadline type, amount) the only policy."""
        policy = self.set_limits(*(limit[1:] for limit in limits[:1]))
        policy.line_ids = [
            Command.clear(),
            *(
                Command.create({"rank": rank, "deadline_type": kind, "amount": amount})
                for rank, kind, amount in limits
            ),
        ]
