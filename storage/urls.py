"""Addresses of documents; the root includes them under `documents/`."""

from __future__ import annotations

from django.urls import path

from storage import views

app_name = "storage"
urlpatterns = [
    path("<uuid:attachment_id>/", views.download, name="download"),
    path("file/<str:token>/", views.file, name="file"),
    path("<uuid:attachment_id>/pages/<int:page>/", views.page, name="page"),
    path("<uuid:attachment_id>/small/", views.small, name="thumbnail"),
]
