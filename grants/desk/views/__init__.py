"""The pages: one function an address; a POST calls one command."""
