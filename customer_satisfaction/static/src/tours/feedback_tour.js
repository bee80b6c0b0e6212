import {addTour} from "@customer_complaint/tours/add_tour";

const nextStep = {
    content: "What the step needs is there: finish it",
    trigger: "button.btn-primary[name=action_next_feedback_step]:enabled",
    run: "click",
};

// Leave the field that was typed in: what the step needs is looked at then.
const leaveField = {
    trigger: ".o_form_view h1",
    run: "click",
};

addTour("customer_satisfaction_feedback", {
    steps: () => [
        {
            content: "From the low answer to what follows it up",
            trigger: "button[name=action_view_feedback]",
            run: "click",
        },
        {
            content: "A form of its own: what was answered, nothing of credit notes",
            trigger:
                ".o_form_view:not(:has(button[name=action_request_credit_note])) " +
                ".o_field_widget[name=description]:contains('Nobody called back')",
        },
        {
            trigger: "button[name=action_take]",
            run: "click",
        },
        {
            content: "The customer waits for a first answer",
            trigger: "button.btn-primary[name=action_send_answer]",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=body]:contains('thank you for telling')",
        },
        {
            trigger: ".modal button[name=action_send_mail]",
            run: "click",
        },
        nextStep,
        {
            content: "It says what is needed",
            trigger: ".alert:contains('cause is not recorded')",
        },
        {
            trigger: ".o_field_widget[name=cause] textarea",
            run: "edit The line was engaged.",
        },
        leaveField,
        nextStep,
        {
            trigger: ".alert:contains('No measure is set')",
        },
        {
            trigger: ".o_field_widget[name=feedback_measures] textarea",
            run: "edit Two more colleagues answer the phone.",
        },
        leaveField,
        nextStep,
        {
            content: "The customer is told what became of it",
            trigger:
                "button.btn-primary[name=action_send_answer]:contains('Tell the customer')",
            run: "click",
        },
        {
            trigger:
                ".modal .o_field_widget[name=body]:contains('Two more colleagues')",
        },
        {
            trigger: ".modal button[name=action_send_mail]",
            run: "click",
        },
        nextStep,
        {
            trigger: ".alert:contains('result is missing')",
        },
        {
            trigger: ".o_field_widget[name=feedback_result] textarea",
            run: "edit Nobody waits longer than a minute.",
        },
        leaveField,
        nextStep,
        {
            content: "Done; it can be opened again",
            trigger: "button[name=action_reopen]",
        },
    ],
});
