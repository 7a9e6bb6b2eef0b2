"""What the bank takes and what it sends back: files by templates that are data, and statements read by them."""
