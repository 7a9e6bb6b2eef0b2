from viewflow.workflow.activation import Activation, _Transition

class HandleActivation(Activation):
    run: _Transition
    execute: _Transition
    cancel: _Transition
