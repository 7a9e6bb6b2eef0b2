"""分配: who could review what, who should, why, and what became of it."""
