import {
    contains,
    makeMockEnv,
    makeServerError,
    mockService,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {expect, test} from "@odoo/hoot";
import {queryAllTexts, queryOne, waitFor} from "@odoo/hoot-dom";
import {SatisfactionResults} from "@customer_satisfaction/results/results";
import {animationFrame} from "@odoo/hoot-mock";
import {defineMailModels} from "@mail/../tests/mail_test_helpers";
import {getDefaultConfig} from "@web/views/view";

defineMailModels();

const MODEL = "customer.satisfaction.results";
const PROPS = {action: {}, actionId: 1, updateActionState: () => null, className: ""};
const BASE = [["is_counted", "=", true]];
const AXIS = {low: 0, high: 1, marks: [{value: 0, text: "0 %"}]};
const FILTERS = {
    period: "12_months",
    survey: false,
    plan: false,
    method: false,
    is_fresh: false,
    metric: "csat",
    by: "product",
    order: "size",
    scale: "own",
};

function figure(values) {
    return {
        value: 0.75,
        n: 40,
        low: 0.6,
        high: 0.86,
        text: "75 %",
        certainty: "40 answers, between 60 % and 86 %",
        change: false,
        trend: false,
        tone: false,
        records: [["question_id", "in", [1]]],
        ...values,
    };
}

const nothing = (values) =>
    figure({
        value: null,
        n: 3,
        low: null,
        high: null,
        text: "–",
        certainty: "3 answers; 7 more needed",
        ...values,
    });

function tile(code, values) {
    return {
        code,
        name: `Name of ${code}`,
        formula: `Formula of ${code}`,
        note: false,
        axis: AXIS,
        ...figure(),
        ...values,
    };
}

function scope(filters, values) {
    return {
        filters: {...FILTERS, ...filters},
        base: BASE,
        is_anonymous: false,
        options: {
            periods: {"30_days": "30 days", "12_months": "12 months"},
            scales: {own: "as asked", 100: "of 100"},
            surveys: [
                {id: 7, name: "After complaints"},
                {id: 8, name: "After orders"},
            ],
            plans: [{id: 3, name: "After each complaint"}],
            methods: {phone: "Phone call"},
            breakdowns: {product: "Product", team: "Team"},
        },
        ...values,
    };
}

function details(values) {
    return {
        is_empty: false,
        tiles: [tile("csat"), tile("csi", {is_index: true})],
        selected: {code: "csat", name: "Satisfied", title: "Satisfied", note: false},
        distribution: [
            {
                label: "Very satisfied",
                count: 30,
                value: 0.75,
                n: 40,
                text: "75 %",
                tone: "good",
                records: [["value", "=", 5]],
            },
        ],
        trend: {
            axis: AXIS,
            points: [
                nothing({name: "Apr", title: "April 2026"}),
                figure({name: "May", title: "May 2026"}),
                figure({name: "Jun", title: "June 2026"}),
            ],
        },
        quarters: [figure({name: "Q2 2026", since_before: {}, since_year: {}})],
        breakdown: {
            by: "product",
            name: "Product",
            axis: AXIS,
            groups: [
                figure({id: 1, name: "Kettle", records: [["product_id", "=", 1]]}),
                nothing({id: 2, name: "Lamp"}),
            ],
            more: 0,
            minimum: 10,
        },
        comments: {count: 0, minimum: 1, texts: []},
        questions: [],
        response: {
            lack: false,
            name: "Survey plan",
            asked: 50,
            answered: 20,
            groups: [],
            ...figure({text: "40 %"}),
        },
        excluded: [{name: "Test", count: 2, domain: [["exclusion", "=", "test"]]}],
        ...values,
    };
}

/** The page, with answers of the server; each question to it is a step. */
async function show(values, {props, answer} = {}) {
    onRpc(MODEL, "get_results", ({args: [filters]}) => {
        expect.step(filters);
        return answer?.(filters) || {...scope(filters), ...details(), ...values};
    });
    const env = await makeMockEnv({config: getDefaultConfig()});
    await mountWithCleanup(SatisfactionResults, {env, props: {...PROPS, ...props}});
    expect.verifySteps([{}]);
}

function mockActions() {
    mockService("action", {
        loadAction: () => ({views: [[4, "list"]], search_view_id: [5]}),
        doAction: ({res_model, name, domain, views}) =>
            expect.step([res_model, name, domain, views]),
    });
}

const opened = (name, records) => [
    "survey.user_input",
    name,
    [["score_ids", "any", [...BASE, ...records]]],
    [[4, "list"]],
];

test("scores are shown with how sure they are", async () => {
    await show();
    expect(".o_satisfaction_tile").toHaveCount(2);
    const [csat, csi] = document.querySelectorAll(".o_satisfaction_tile_main");
    expect(csat).toHaveAttribute(
        "aria-label",
        "Name of csat. 75 %. 40 answers, between 60 % and 86 %"
    );
    expect(csi).toHaveAttribute("disabled"); // An index has no details.
    expect(".o_satisfaction_tile .o_satisfaction_interval").toHaveCount(2);
    // One month cannot be told: the line begins with the next one.
    expect(".o_satisfaction_point").toHaveCount(2);
    expect(".o_satisfaction_curve").toHaveCount(1);
    expect(queryAllTexts(".o_satisfaction_groups .o_satisfaction_bar_name")).toEqual([
        "Kettle",
        "Lamp",
    ]);
    expect(".o_satisfaction_response b").toHaveText("40 %");
    expect(".o_satisfaction_response span").toHaveText(/^20 answered of\s+50 asked$/);
});

test("too few answers give no number, but say how many are missing", async () => {
    await show({tiles: [tile("csat", nothing())], distribution: []});
    expect(".o_satisfaction_tile_value").toHaveText("–");
    expect(".o_satisfaction_n").toHaveText("3 answers; 7 more needed");
    expect(".o_satisfaction_tile .o_satisfaction_axis").toHaveCount(0);
    expect("section[aria-labelledby=o_satisfaction_distribution] p").toHaveText(
        "Not enough answers in this period."
    );
});

test("without questions that measure, what to do is said", async () => {
    const none = {distribution: null, trend: null, quarters: null, breakdown: null};
    await show({is_empty: true, tiles: [], selected: null, comments: null, ...none});
    expect(".o_satisfaction_empty h2").toHaveText("No score yet");
    expect("section").toHaveCount(0);
});

test("which questions make up a score is said, and why a rate is missing", async () => {
    const note = "Several questions ask for this: “One”, “Two”.";
    await show({
        selected: {code: "csat", name: "Satisfied", title: "One", note},
        response: {lack: "Not known by survey method.", groups: [], ...nothing()},
    });
    expect(".o_satisfaction_heading").toHaveText("Satisfied");
    expect(".o_satisfaction_note").toHaveText(note);
    expect("section[aria-labelledby=o_satisfaction_response] p").toHaveText(
        "Not known by survey method."
    );
});

test("survey, plan, method and period are asked for, each beside the others", async () => {
    await show();
    await contains("select[aria-label=Survey]").select("8");
    // Another survey may have other scores.
    expect.verifySteps([{...FILTERS, survey: 8, metric: false}]);
    expect("select[aria-label=Survey]").toHaveValue("8");
    await contains("select[aria-label='Survey plan']").select("3");
    const chosen = {...FILTERS, survey: 8, plan: 3, metric: false};
    expect.verifySteps([chosen]);
    await contains("select[aria-label='Survey method']").select("phone");
    expect.verifySteps([{...chosen, method: "phone"}]);
    await contains("button:contains(30 days)").click();
    expect.verifySteps([{...chosen, method: "phone", period: "30_days"}]);
    expect("button[aria-pressed=true]:contains(30 days)").toHaveCount(1);
    await contains("select[aria-label=Survey]").select("0");
    expect.verifySteps([
        {...chosen, method: "phone", period: "30_days", survey: false},
    ]);
});

test("numbers open exactly their answers", async () => {
    mockActions();
    await show();
    await contains(".o_satisfaction_tile[data-code=csat] .o_satisfaction_n").click();
    expect.verifySteps([opened("Name of csat", [["question_id", "in", [1]]])]);
    await contains(".o_satisfaction_groups button:contains(Kettle)").click();
    expect.verifySteps([opened("Kettle", [["product_id", "=", 1]])]);
    await contains("button:contains(Very satisfied)").click();
    expect.verifySteps([opened("Very satisfied", [["value", "=", 5]])]);
    await contains(".o_satisfaction_point:first").click();
    expect.verifySteps([opened("May 2026", [["question_id", "in", [1]]])]);
    await contains(".o_satisfaction_excluded button").click();
    expect.verifySteps([
        ["survey.user_input", "Test", [["exclusion", "=", "test"]], [[4, "list"]]],
    ]);
});

test("an anonymous survey offers no filters, and its numbers open nothing", async () => {
    const closed = (part) => ({...part, records: false});
    const {distribution, quarters} = details();
    await show({
        base: false,
        is_anonymous: true,
        tiles: [tile("csat", {records: false})],
        distribution: distribution.map(closed),
        trend: {axis: AXIS, points: []},
        quarters: quarters.map(closed),
        breakdown: null,
        excluded: [{name: "Test", count: 2, domain: false}],
        comments: {count: 0, minimum: 10, texts: []},
    });
    expect("select[aria-label=Survey]").toHaveCount(1);
    expect("select[aria-label='Survey plan']").toHaveCount(0);
    expect("select[aria-label='Survey method']").toHaveCount(0);
    expect(".o_satisfaction_filters input[type=checkbox]").toHaveCount(0);
    expect(".alert-info[role=note]").toHaveText(/^This survey is anonymous\./);
    expect("button.o_satisfaction_n").toHaveCount(0);
    for (const button of document.querySelectorAll(
        ".o_satisfaction_bars button, .o_satisfaction_excluded button"
    )) {
        expect(button).toHaveAttribute("disabled");
    }
    expect("section[aria-labelledby=o_satisfaction_breakdown]").toHaveCount(0);
});

test("a refusal of the server is shown, and the filters stay as they were", async () => {
    expect.errors(1);
    await show(null, {
        answer(filters) {
            if (filters.plan) {
                throw makeServerError({message: "There is no such plan."});
            }
        },
    });
    await contains("select[aria-label='Survey plan']").select("3");
    expect.verifySteps([{...FILTERS, plan: 3, metric: false}]);
    await waitFor(".modal", {timeout: 4000});
    expect(".modal").toHaveText(/There is no such plan\./);
    expect.verifyErrors(["RPC_ERROR"]);
    expect("select[aria-label='Survey plan']").toHaveValue("0");
    expect(".o_satisfaction_tile").toHaveCount(2);
    expect(".o_satisfaction_page").toHaveAttribute("aria-busy", "false");
    await contains(".modal footer button").click();
    await contains("button:contains(30 days)").click();
    expect.verifySteps([{...FILTERS, period: "30_days"}]);
});

test("a page that is refused leaves the one that is there", async () => {
    expect.errors(1);
    onRpc(MODEL, "get_page", () => {
        throw makeServerError({message: "Not today."});
    });
    await show();
    await contains("[data-page=kano]").click();
    await waitFor(".modal", {timeout: 4000});
    expect.verifyErrors(["RPC_ERROR"]);
    expect("[data-page=scores]").toHaveAttribute("aria-selected", "true");
    expect(".o_satisfaction_tile").toHaveCount(2);
});

test("further pages keep the filters, and say what they lack", async () => {
    onRpc(MODEL, "get_page", ({args: [page, filters]}) => {
        expect.step([page, filters.period]);
        return scope(filters, {page: {lack: "Add Kano questions to a survey."}});
    });
    await show();
    await contains("button:contains(30 days)").click();
    expect.verifySteps([{...FILTERS, period: "30_days"}]);
    await contains("[data-page=kano]").click();
    expect.verifySteps([["kano", "30_days"]]);
    expect(".o_satisfaction_empty p").toHaveText("Add Kano questions to a survey.");
    expect("[data-page=kano]").toHaveAttribute("aria-selected", "true");
});

test("gaps are told with their interval", async () => {
    const row = {
        ...figure({
            value: -0.9,
            text: "-0.9",
            certainty: "30 answers, between -1 and -0.8",
        }),
        name: "Reliability",
        question: "Keeps promises",
        expected: 6,
        experienced: 5.1,
        expected_text: "6",
        experienced_text: "5.1",
        weight: "1",
    };
    onRpc(MODEL, "get_page", ({args: [_page, filters]}) =>
        scope(filters, {
            page: {
                rows: [row],
                axis: {low: 1, high: 7},
                total: row,
                plain: row,
                formula: "Gap: what was experienced minus what was expected.",
            },
        })
    );
    await show();
    await contains("[data-page=gaps]").click();
    await animationFrame();
    expect(".o_satisfaction_response").toHaveText(
        /^-0.9.*30 answers, between -1 and -0.8$/s
    );
    expect(queryOne("tbody tr th")).toHaveText("Reliability");
    expect("tbody .o_satisfaction_short").toHaveCount(1);
});
