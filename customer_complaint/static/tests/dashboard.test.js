import {
    contains,
    makeMockEnv,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {expect, test} from "@odoo/hoot";
import {queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {ComplaintDashboard} from "@customer_complaint/dashboard/dashboard";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {getDefaultConfig} from "@web/views/view";

defineMailModels();

const PROPS = {action: {}, actionId: 1, updateActionState: () => null, className: ""};

function tile(code, values) {
    return {
        code,
        name: code,
        formula: `Formula of ${code}`,
        values: ["7"],
        certainty: "Counted, not estimated",
        change: "",
        trend: false,
        tone: false,
        model: "customer.complaint",
        domain: [["id", "in", [1, 2]]],
        ...values,
    };
}

function figures(values) {
    return {
        period: "30_days",
        is_empty: false,
        alerts: [],
        tiles: [tile("new")],
        todo: [],
        late: [],
        pareto: [],
        costs: false,
        trend: [],
        ...values,
    };
}

async function show(values) {
    onRpc("customer.complaint.dashboard", "get_dashboard", ({kwargs}) => {
        expect.step(kwargs.period);
        return {...figures(values), period: kwargs.period};
    });
    const env = await makeMockEnv({config: getDefaultConfig()});
    await mountWithCleanup(ComplaintDashboard, {env, props: PROPS});
}

test("an empty register is said kindly, without zeros", async () => {
    await show({is_empty: true});
    expect(".o_complaint_empty h2").toHaveText("No complaint yet");
    expect(".o_complaint_tile").toHaveCount(0);
    expect.verifySteps(["30_days"]);
});

test("a change is told by arrow and words, not by colour alone", async () => {
    await show({
        tiles: [
            tile("new", {
                change: "Before: 30, more than chance",
                trend: "down",
                tone: "better",
            }),
        ],
    });
    expect(".o_complaint_tile .fa-arrow-down").toHaveCount(1);
    expect(".o_complaint_tile .text-success").toHaveText(
        "Before: 30, more than chance"
    );
    expect(queryOne(".o_complaint_tile").getAttribute("aria-label")).toBe(
        "new. 7. Counted, not estimated. Before: 30, more than chance"
    );
    expect.verifySteps(["30_days"]);
});

test("a number opens its records in the views made for them", async () => {
    mockService("action", {
        loadAction: () => ({
            search_view_id: [5],
            views: [
                [1, "kanban"],
                [2, "list"],
            ],
        }),
        doAction: (action) => expect.step(action),
    });
    await show();
    await contains(".o_complaint_tile").click();
    expect.verifySteps([
        "30_days",
        {
            type: "ir.actions.act_window",
            name: "new",
            res_model: "customer.complaint",
            domain: [["id", "in", [1, 2]]],
            search_view_id: [5],
            views: [
                [2, "list"],
                [1, "kanban"],
            ],
        },
    ]);
});

test("what one may not see cannot be opened", async () => {
    await show({tiles: [tile("cost", {values: ["–"], model: null})]});
    expect(".o_complaint_tile").toHaveAttribute("disabled");
    expect.verifySteps(["30_days"]);
});

test("another period is asked for and marked", async () => {
    await show();
    await contains("button:contains(12 months)").click();
    expect("button[aria-pressed=true]").toHaveText("12 months");
    expect.verifySteps(["30_days", "12_months"]);
});

test("deadlines that nobody checks are a red bar", async () => {
    const text = "Deadlines have not been checked for 2 h 5 min.";
    mockService("action", {doAction: (action) => expect.step(action)});
    await show({alerts: [{text, action: "addon.page"}]});
    expect(".alert-danger[role=alert] span").toHaveText(text);
    await contains(".alert-danger button").click();
    expect.verifySteps(["30_days", "addon.page"]);
});

test("sums in several currencies stand below each other", async () => {
    await show({tiles: [tile("cost", {values: ["1,200 €", "$ 30"]})]});
    expect(queryAllTexts(".o_complaint_tile_value > span")).toEqual([
        "1,200 €",
        "$ 30",
    ]);
    expect.verifySteps(["30_days"]);
});
