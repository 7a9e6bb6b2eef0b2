"""立项: a team applies, its county and city recommend."""
