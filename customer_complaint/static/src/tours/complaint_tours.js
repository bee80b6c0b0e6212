import {addTour} from "./add_tour";

addTour("customer_complaint_portal_confirm", {
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
        {
            content: "We say thank you",
            trigger: "#confirm .alert-success:contains('Thank you')",
        },
    ],
});

addTour("customer_complaint_from_order", {
    steps: () => [
        {
            content: "Open a complaint about the confirmed order",
            trigger: "button[name=action_open_complaint]",
            run: "click",
        },
        {
            content: "The cursor stands in what happened",
            trigger: ".o_field_widget[name=description] textarea",
            run: "edit Two screws are missing.",
        },
        {
            content: "The order's customer is known",
            trigger: ".o_field_widget[name=partner_id] input:value(Test Customer)",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It has a number",
            trigger: ".o_field_widget[name=name]:contains('CC/')",
        },
        {
            content: "The time left is told",
            trigger:
                ".alert .o_field_widget[name=time_left]:contains('First response')",
        },
        {
            content: "Look at the deadlines",
            trigger: "a[name=deadlines]",
            run: "click",
        },
        {
            content: "Both dates are there",
            trigger: ".o_field_widget[name=deadline_ids] td:contains('Completion')",
        },
    ],
});

addTour("customer_complaint_handling", {
    steps: () => [
        {
            content: "Take over",
            trigger: "button[name=action_take]",
            run: "click",
        },
        {
            content: "What is missing is asked for",
            trigger: ".modal .o_field_widget[name=demand] textarea",
            run: "edit A new door",
        },
        {
            trigger: ".modal button[name=action_take]",
            run: "click",
        },
        {
            content: "Log the first talk",
            trigger: "button[name=action_log_contact]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=summary] textarea",
            run: "edit Told her who takes care.",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "Answered, so work can start",
            trigger: "button[name=action_start]",
            run: "click",
        },
        {
            trigger: "button[name=action_decide]",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=decision] input[data-value=justified]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=decision_reason] textarea",
            run: "edit The carrier dropped it.",
        },
        {
            trigger: ".modal button[name=action_save_dialog]",
            run: "click",
        },
        {
            trigger: "button[name=action_send_outcome]",
            run: "click",
        },
        {
            content: "The outcome message asks the customer",
            trigger:
                ".modal .o_field_widget[name=body]:contains('how satisfied are you')",
        },
        {
            trigger: ".modal button[name=action_send_mail]",
            run: "click",
        },
        {
            trigger: "button[name=action_confirm]",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=grade] input[data-value='5']",
            run: "click",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "Closed; it can be reopened",
            trigger: "button[name=action_reopen]",
        },
    ],
});

addTour("customer_complaint_dashboard", {
    steps: () => [
        {
            content: "Open complaints are counted; look behind the number",
            trigger: ".o_complaint_tile[data-code=open]",
            run: "click",
        },
        {
            content: "The list shows what was counted",
            trigger: ".o_list_view .o_data_row:contains('Door cracked')",
        },
        {
            content: "Back to the dashboard",
            trigger: ".o_back_button, .breadcrumb-item a:contains('Dashboard')",
            run: "click",
        },
        {
            content: "Look at a longer period",
            trigger: "[role=group] button:contains('12 months')",
            run: "click",
        },
        {
            content: "The period is chosen",
            trigger: "[role=group] button[aria-pressed=true]:contains('12 months')",
        },
        {
            content: "What is late can be opened",
            trigger: ".o_complaint_late a:contains('Late one')",
            run: "click",
        },
        {
            content: "The complaint is shown",
            trigger: ".o_form_view .o_field_widget[name=title]",
        },
    ],
});

addTour("customer_complaint_absence", {
    steps: () => [
        {
            content: "Open the absence",
            trigger: ".o_data_cell[name=deputy_id]:contains('Dora Deputy')",
            run: "click",
        },
        {
            content: "Hand over",
            trigger: ".o_form_view button[name=action_hand_over]",
            run: "click",
        },
        {
            content: "It says how many",
            trigger: ".o_notification:contains('Complaints handed over: 2')",
        },
        {
            content: "Back again",
            trigger: ".o_form_view button[name=action_take_back]",
            run: "click",
        },
        {
            content: "All are back",
            trigger: ".o_notification:contains('Complaints taken back: 2')",
        },
        {
            content: "Nothing is left with the deputy",
            trigger: ".o_form_view:not(:has(button[name=action_take_back]))",
        },
    ],
});
