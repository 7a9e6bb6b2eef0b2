"""Addresses of the pages."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from grants.desk.views import account, beginnings, home, moves, projects, proposals, records, rounds, text, writing
from workflow.lifecycle import MACHINES


class MachineConverter(StringConverter):
    """The name of a machine of the table."""

    regex = "|".join(sorted(MACHINES))


register_converter(MachineConverter, "machine")

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", login_not_required(account.SignIn.as_view()), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("projects/", projects.projects, name="projects"),
    path("projects/new/", beginnings.new_project, name="new_project"),
    path("projects/<int:pk>/", projects.project, name="project"),
    path("projects/<int:pk>/text/", text.project_text, name="project_text"),
    path("projects/<int:pk>/form/", writing.project_form, name="project_form"),
    path("projects/<int:pk>/budget/", writing.project_budget, name="project_budget"),
    path("projects/<int:pk>/files/", writing.project_files, name="project_files"),
    path("projects/<int:pk>/report/", writing.project_report, name="project_report"),
    path("projects/<int:pk>/objection/", beginnings.new_objection, name="new_objection"),
    path("projects/<int:pk>/change/", beginnings.new_change, name="new_change"),
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/new/", beginnings.new_round, name="new_round"),
    path("rounds/<int:pk>/", rounds.round_, name="round"),
    path("rounds/<int:pk>/money/", rounds.round_money, name="round_money"),
    path("changes/<int:pk>/", beginnings.rewrite, name="rewrite_change"),
    path("proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path("proposals/<int:pk>/documents/<uuid:document>/", proposals.proposed_document, name="proposed_document"),
    path("<machine:machine>/<int:pk>/", records.record, name="record"),
    path("<machine:machine>/<int:pk>/<slug:name>/", moves.move, name="move"),
]
