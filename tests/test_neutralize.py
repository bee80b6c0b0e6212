"""A copy of the database made with `odoo neutralize`: no button and no job of ours sends."""

import datetime

import pytest
from processes import Shell
from workbench import machine

JOBS = (
    "customer_complaint.ir_cron_run_deadline_steps",
    "customer_complaint.ir_cron_send_digests",
    "customer_satisfaction.ir_cron_send_invitations",
    "mail.ir_cron_mail_scheduler_action",
)
# Everything that can tell somebody something waits, and it is noon for everybody, every day.
# All addresses are in a domain of this server's own.
PREPARE = """
env["mail.mail"].search([]).unlink()  # what the demo data of others left to be sent
env.cr.execute("UPDATE res_partner SET email = split_part(email, '@', 1) || '@{domain}'")
env.cr.execute("UPDATE res_partner SET email_normalized = email")
env.invalidate_all()
env["resource.calendar.attendance"].search([]).unlink()
env["res.users"].search([]).tz = {timezone!r}
env.ref("customer_complaint.step_leader").effect = "email"
env["customer.complaint.deadline"].search([]).next_step_at = False
customers = env["res.partner"].create([
    {{"name": name, "email": name + "@{domain}"}} for name in ("waits", "urgent", "asked")
])
most_severe = env["customer.complaint.level"].search([], order="rank", limit=1)
waits, urgent, asked = env["customer.complaint"].create([
    {{"description": "Waits", "partner_id": customers[0].id}},
    {{"description": "Urgent", "partner_id": customers[1].id, "level_id": most_severe.id,
      "received_at": "2025-03-03 09:00:00", "acknowledge": False}},
    {{"description": "Asked", "partner_id": customers[2].id, "acknowledge": False}},
])
asked.with_context(complaint_confirmed=True)._close("confirmed")
asked_for = env["customer.satisfaction.invitation"].search([("complaint_id", "=", asked.id)])
asked_for.send_at = asked.received_at
"""
# The jobs and the mail server, which the command switches off, are switched on again: what is
# proved is that ours keep quiet, not that Odoo cannot send.
SWITCH_ON = """
UPDATE ir_cron SET active = TRUE;
DELETE FROM ir_mail_server WHERE smtp_host = 'invalid'
"""


@pytest.mark.parametrize("neutralized", [False, True], ids=["original", "copy"])
def test_nothing_leaves_a_neutralized_copy(
    odoo_program, new_server, mailbox, neutralized
):
    #
    running = new_server("--max-cron-threads=0")
    running.stop()
    domain = f"{running.database.replace('_', '-')}.example.com"
    prepare = PREPARE.format(domain=domain, timezone=noon())
    Shell(odoo_program, running.database, prepare).ended()
    if neutralized:
        log = machine.log("neutralize")
        assert not odoo_program.run(running.database, "neutralize", log=log)
        running.sql(SWITCH_ON)
    running.start()
    press_every_button(running)
    for job in JOBS:
        run(running, job)
    control(running, f"control@{domain}")

    mailbox.wait_for(f"control@{domain}", "Of somebody else")
    arrived = {
        recipient.partition("@")[0]
        for recipients, _mail in mailbox.mails
        for recipient in recipients
        if recipient.endswith(domain)
    }
    told = {"waits", "asked", "customer", "handler", "lead", "manager"}
    assert arrived == {"control"} | (set() if neutralized else told)
    assert running.sql(
        "SELECT count(*) FROM mail_mail m JOIN mail_message g ON g.id = m.mail_message_id "
        "WHERE m.state = 'outgoing' AND g.model LIKE 'customer%'"
    ) == [["0"]]


def press_every_button(running):
    """What people do with a complaint when it tells somebody: all that sends."""
    handler, manager = running.rpc("handler"), running.rpc("manager")
    manager("customer.complaint.health", "action_release", [1])
    [customer] = handler(
        "res.partner", "search", [("name", "=", "Clara Customer")], limit=1
    )
    category = handler("customer.complaint.category", "search", [], limit=1)[0]
    complaint = handler(
        "customer.complaint",
        "create",
        {
            "partner_id": customer,
            "description": "The door is cracked.",
            "category_id": category,
            "demand": "Another one.",
        },
    )
    handler("customer.complaint", "action_take", [complaint])
    send(handler, handler("customer.complaint", "action_send_answer", [complaint]))
    decided = {"decision": "justified", "decision_reason": "Broken in transport."}
    handler("customer.complaint", "write", [complaint], decided)
    send(handler, handler("customer.complaint", "action_send_outcome", [complaint]))
    handler(
        "customer.complaint",
        "message_post",
        [complaint],
        body="One word more.",
        message_type="comment",
        subtype_xmlid="mail.mt_comment",
        partner_ids=[customer],
    )
    boss = int(running.sql("SELECT id FROM res_users WHERE login = 'manager'")[0][0])
    handler("customer.complaint", "write", [complaint], {"user_id": boss})


def send(call, action):
    """Send what a composer offers."""
    model, context = action["res_model"], action["context"]
    composer = call(model, "create", {}, context=context)
    call(model, "action_send_mail", [composer], context=context)


def run(running, job):
    """Run a scheduled action by its button."""
    module, _dot, name = job.partition(".")
    [[job_id]] = running.sql(
        f"SELECT res_id FROM ir_model_data WHERE module = '{module}' AND name = '{name}'"
    )
    running.rpc("admin")("ir.cron", "method_direct_trigger", [int(job_id)])


def control(running, address):
    """A mail that is not about complaints leaves, so that the way is open."""
    admin = running.rpc("admin")
    mail = admin(
        "mail.mail", "create", {"subject": "Of somebody else", "email_to": address}
    )
    admin("mail.mail", "send", [mail])


def noon():
    """The name of a time zone where it is noon now."""
    return f"Etc/GMT{datetime.datetime.now(datetime.UTC).hour - 12:+d}"
