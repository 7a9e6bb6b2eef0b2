"""A toy record with a small life, on which the engine is tested before anything real uses it."""
