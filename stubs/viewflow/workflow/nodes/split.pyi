from typing import Any

from viewflow.workflow.activation import Activation

class SplitActivation(Activation):
    next_tasks: list[Any]
