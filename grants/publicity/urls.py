"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import path

from grants.publicity import views

urlpatterns = [
    path("", views.public_home, name="public_home"),
    path("calls/<int:pk>/", views.public_call, name="public_call"),
    path("notices/<int:pk>/", views.public_notice, name="public_notice"),
    path("notices/<int:pk>/objection/", views.public_objection, name="public_objection"),
    path("receipt/", views.public_receipt, name="public_receipt"),
    path("projects/", views.public_projects, name="public_projects"),
    path("projects/<slug:number>/", views.public_project, name="public_project"),
    path("files/<int:pk>/", views.public_file, name="public_file"),
]
