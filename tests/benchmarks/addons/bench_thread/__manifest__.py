{
    "name": "Bench: a minimal thread",
    "summary": "The least a record with a chatter costs; only for measuring",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "author": "Customer Complaint contributors",
    "depends": ["mail"],
    "data": ["security/ir.model.access.csv"],
}
