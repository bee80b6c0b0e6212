import {Component, onWillStart, useState} from "@odoo/owl";
import {Gaps, Kano} from "./pairs";
import {Customers} from "./customers";
import {Drivers} from "./drivers";
import {Handling} from "./handling";
import {Layout} from "@web/search/layout";
import {Scores} from "./scores";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {user} from "@web/core/user";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";

const MODEL = "customer.satisfaction.results";

export class SatisfactionResults extends Component {
    static template = "customer_satisfaction.Results";
    static components = {Layout, Scores, Customers, Drivers, Kano, Gaps, Handling};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = {controlPanel: {}};
        this.pages = {
            scores: {name: _t("Scores"), component: Scores},
            customers: {name: _t("Satisfied customers"), component: Customers},
            drivers: {name: _t("Key drivers"), component: Drivers},
            kano: {name: _t("Kano"), component: Kano},
            gaps: {name: _t("Expected and experienced"), component: Gaps},
            handling: {name: _t("Handling time"), component: Handling},
        };
        const asked = this.props.action.params?.page || "scores";
        const kept = this.props.state;
        this.state = useState({
            page: kept?.page || asked,
            shown: null,
            data: null,
            busy: false,
            refused: 0,
        });
        // Back from the answers, the same page is shown.
        useSetupAction({
            getLocalState: () => ({
                page: this.state.page,
                filters: this.state.data.filters,
            }),
        });
        onWillStart(() => this.load(this.state.page, kept?.filters || {}));
        this.choose = this.choose.bind(this);
        this.open = this.open.bind(this);
    }

    async load(page, filters) {
        this.state.busy = true;
        this.state.page = page;
        try {
            const data =
                page === "scores"
                    ? await this.orm.call(MODEL, "get_results", [filters])
                    : await this.orm.call(MODEL, "get_page", [page, filters]);
            // A later click has asked for something else.
            if (this.state.page === page) {
                this.state.data = data;
                this.env.config.setDisplayName(this.pages[page].name);
                this.state.shown = page;
            }
        } catch (error) {
            // The filters are drawn anew, as they still are.
            this.state.page = this.state.shown;
            this.state.refused++;
            throw error;
        } finally {
            this.state.busy = false;
        }
    }

    /** Show the same page with other filters. */
    choose(changes) {
        return this.load(this.state.page, {...this.state.data.filters, ...changes});
    }

    /** A survey or plan is chosen by its id; another one may have other scores. */
    chooseRecord(filter, value) {
        return this.choose({[filter]: Number(value) || false, metric: false});
    }

    goTo(page) {
        return this.load(page, this.state.data.filters);
    }

    /** Open exactly the answers behind a figure. */
    async open(name, records, domain) {
        const {base} = this.state.data;
        if (!domain && (!records || !base)) {
            return; // Anonymous answers are figures only.
        }
        // As the menu shows them, not with the survey app's quiz points.
        const {views, search_view_id} = await this.action.loadAction(
            "customer_satisfaction.survey_user_input_action"
        );
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: "survey.user_input",
            domain: domain || [["score_ids", "any", [...base, ...records]]],
            views,
            search_view_id,
        });
    }

    export(kind) {
        const query = new URLSearchParams({
            filters: JSON.stringify(this.state.data.filters),
            cids: user.context.allowed_company_ids.join(","),
        });
        return this.action.doAction({
            type: "ir.actions.act_url",
            url: `/customer_satisfaction/answers.${kind}?${query}`,
            target: "download",
        });
    }
}

registry.category("actions").add("customer_satisfaction.results", SatisfactionResults);
