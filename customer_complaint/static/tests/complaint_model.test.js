import {
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {expect, test} from "@odoo/hoot";
import {click} from "@odoo/hoot-dom";
import {animationFrame} from "@odoo/hoot-mock";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";

class Stage extends models.Model {
    _name = "stage";
    name = fields.Char();
    _records = [
        {id: 1, name: "Received"},
        {id: 2, name: "In work"},
    ];
}

class Complaint extends models.Model {
    _name = "complaint";
    name = fields.Char();
    stage_id = fields.Many2one({relation: "stage"});
    seen_mark = fields.Char();
    _records = [{id: 1, name: "Door", stage_id: 1, seen_mark: "7.3"}];
}

defineModels([Stage, Complaint]);
defineMailModels();

test("a move on the form says what the user had seen", async () => {
    onRpc("complaint", "web_save", ({kwargs}) => {
        expect.step(kwargs.context.complaint_seen);
    });
    await mountView({
        type: "form",
        resModel: "complaint",
        resId: 1,
        arch: `<form js_class="complaint_form">
            <header>
                <field name="seen_mark" invisible="1"/>
                <field name="stage_id" widget="statusbar" options="{'clickable': '1'}"/>
            </header>
            <field name="name"/>
        </form>`,
    });
    await click(".o_statusbar_status button:not(.o_arrow_button_current):visible");
    await animationFrame();
    expect.verifySteps(["7.3"]);
});
