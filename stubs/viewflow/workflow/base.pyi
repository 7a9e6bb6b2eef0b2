from typing import Any, Self

class Edge:
    src: Any
    dst: Any
    edge_class: str
    def __init__(self, src: Any, dst: Any, edge_class: str, label: str | None = ...) -> None: ...

class Node:
    name: str
    activation_class: Any
    flow_class: Any
    task_type: str | None
    task_title: str
    def __init__(self, activation_class: Any = ..., **kwargs: Any) -> None: ...
    def Annotation(
        self,
        title: Any = ...,
        description: Any = ...,
        summary_template: Any = ...,
        result_template: Any = ...,
    ) -> Self: ...

class FlowMetaClass(type): ...

class Flow(metaclass=FlowMetaClass):
    instance: Any
    process_class: Any
    task_class: Any
    lock_impl: Any
    process_title: Any
    process_description: Any
