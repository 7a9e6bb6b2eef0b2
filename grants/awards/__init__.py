"""发布: decisions, public notice, objections, agreement."""
