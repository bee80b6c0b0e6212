import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("customer_complaint_portal_confirm", {
    steps: () => [
        {
            content: "The page names the complaint",
            trigger: "h2:contains('Door cracked')",
        },
        {
            content: "Choose a grade",
            trigger: "label[for=grade_4]",
            run: "click",
        },
        {
            content: "It is solved",
            trigger: "button[value=solved]",
            run: "click",
            expectUnloadPage: true,
        },
        {content: "We say thank you", trigger: "#confirm .alert-success"},
    ],
});
