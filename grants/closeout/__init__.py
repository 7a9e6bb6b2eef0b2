"""结题: the completion report and its acceptance."""
