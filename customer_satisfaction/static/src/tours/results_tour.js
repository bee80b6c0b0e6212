import {addTour} from "@customer_complaint/tours/add_tour";

/** A page of the results, and what it shows when it is there. */
function openPage(page, shown) {
    return [
        {
            content: `Open the page ${page}`,
            trigger: `.o_satisfaction_results [data-page=${page}]`,
            run: "click",
        },
        {
            content: "Its figures are there",
            trigger: `.o_satisfaction_page[aria-busy=false] ${shown}`,
        },
    ];
}

/** What is chosen in a filter, once the page has answered. */
function choose(content, filter, name) {
    return {
        content,
        trigger: `.o_satisfaction_page[aria-busy=false] select[aria-label='${filter}']`,
        run() {
            const option = [...this.anchor.options].find((one) =>
                one.text.includes(name)
            );
            this.anchor.value = option.value;
            this.anchor.dispatchEvent(new Event("change", {bubbles: true}));
        },
    };
}

addTour("customer_satisfaction_results", {
    steps: () => [
        {
            content: "The score is there, with how sure it is",
            trigger:
                ".o_satisfaction_tile[data-code=csat] .o_satisfaction_n:contains('60 answers, between')",
        },
        {
            content: "Choose the recommendation",
            trigger: ".o_satisfaction_tile[data-code=nps] .o_satisfaction_tile_main",
            run: "click",
        },
        {
            content: "Its details are shown",
            trigger: ".o_satisfaction_heading:contains('NPS')",
        },
        choose("Choose a survey", "Survey", "Nobody answered this one"),
        {
            content: "Nobody answered it",
            trigger:
                ".o_satisfaction_tile[data-code=csat] .o_satisfaction_n:contains('no answer')",
        },
        choose("Choose the anonymous survey", "Survey", "Without names"),
        {
            content: "It offers no filters",
            trigger:
                ".o_satisfaction_page:has(.alert-info):not(:has(select[aria-label='Survey plan']))",
        },
        choose("All surveys again", "Survey", "All surveys"),
        choose(
            "The filters are back: choose the plan",
            "Survey plan",
            "After each complaint"
        ),
        {
            content: "Thirty answers came by it",
            trigger:
                ".o_satisfaction_tile[data-code=csat] .o_satisfaction_n:contains('30 answers')",
        },
        {
            content: "Of the last 30 days",
            trigger: "button:contains('30 days')",
            run: "click",
        },
        {
            content: "There are fewer",
            trigger:
                ".o_satisfaction_tile[data-code=csat] .o_satisfaction_n:contains('15 answers')",
        },
        choose(
            "By survey method nobody knows who was asked",
            "Survey method",
            "Phone call"
        ),
        {
            content: "The page says so",
            trigger:
                "section[aria-labelledby=o_satisfaction_response]:contains('not known by survey method')",
        },
        choose("Any method", "Survey method", "All methods"),
        choose("Any plan", "Survey plan", "All survey plans"),
        {
            content: "Of the last year",
            trigger: "button:contains('12 months')",
            run: "click",
        },
        {
            trigger: ".o_satisfaction_n:contains('60 answers')",
        },
        ...openPage("customers", "#o_satisfaction_clusters"),
        ...openPage("drivers", ".o_satisfaction_drivers li:contains('Statement')"),
        ...openPage("kano", "#o_satisfaction_features"),
        ...openPage("gaps", ".o_satisfaction_response:contains('answers, between')"),
        ...openPage("handling", "#o_satisfaction_times"),
        ...openPage("scores", ".o_satisfaction_tile[data-code=csi]"),
        {
            content: "A number opens its answers",
            trigger: ".o_satisfaction_tile[data-code=csat] button.o_satisfaction_n",
            run: "click",
        },
        {
            content: "All of them",
            trigger: ".o_list_view .o_pager_limit:contains('60')",
        },
        {
            content: "Back",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a",
            run: "click",
        },
        {
            content: "The same page with the same filters",
            trigger: ".o_satisfaction_tile[data-code=csat]",
        },
    ],
});
