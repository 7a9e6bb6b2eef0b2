"""业务意见: what a department of the province says of an application from its own business, asked before the review."""
