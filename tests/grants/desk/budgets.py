"""What a page may cost (DESIGN 8): queries by the kind of page, and which addresses are no pages."""

from __future__ import annotations

BUDGETS = {"list": 10, "detail": 15, "project": 25, "form": 12, "dashboard": 15}
KINDS = {
    "home": "dashboard",
    "projects": "list",
    "notices": "list",
    "mail_wishes": "form",
    "mail_undelivered": "list",
    "rounds": "list",
    "calendar_year": "detail",
    "calendar_load": "form",
    "round_money": "list",
    "payments": "list",
    "project_money": "project",
    "project_acceptance": "detail",
    "new_voucher": "form",
    "voucher": "detail",
    "project_accounts": "project",
    "accounts_sheet": "detail",
    "project_archive": "project",
    "certificate": "detail",
    "batch": "detail",
    "batch_sheet": "detail",
    "batch_letters": "detail",
    "payment_letter": "detail",
    "round_payments": "dashboard",
    "round_board": "dashboard",
    "round_setup": "detail",
    "setup_part": "form",
    "round_versions": "list",
    "round_preview": "detail",
    "round_rehearsal": "form",
    "round_call": "form",
    "bulk": "list",
    "search": "list",
    "organisations": "list",
    "organisation": "detail",
    "people": "list",
    "person": "detail",
    "team": "detail",
    "roles": "list",
    "grant_role": "form",
    "end_role": "form",
    "handover": "form",
    "handover_answer": "form",
    "merge_organisation": "form",
    "bulk_run": "list",
    "project": "project",
    "round": "detail",
    "record": "detail",
    "project_papers": "project",
    "project_slot": "form",
    "project_photos": "form",
    "ask_retake": "form",
    "retake": "detail",
    "proposal": "detail",
    "move": "form",
    "new_project": "form",
    "new_round": "form",
    "new_objection": "form",
    "new_change": "form",
    "rewrite_change": "form",
    "project_text": "detail",
    "project_form": "form",
    "project_budget": "form",
    "budget_sheet": "form",
    "project_files": "form",
    "project_part": "form",
    "project_check": "detail",
    "project_receipt": "detail",
    "project_copy": "form",
    "may_apply": "detail",
    "project_report": "detail",
    "project_reader": "detail",
    "project_similar": "detail",
    "scoring": "detail",
    "recommending": "detail",
    "eligibility": "detail",
    "decision_table": "form",
    "publicity": "form",
    "agreements": "list",
    "activities": "detail",
    "check_page": "project",
    "agreement": "project",
    "final_budget": "form",
    "agreement_print": "detail",
    "meeting_decisions": "detail",
}
NO_PAGES = {"login", "logout", "csp_report", "proposed_document", "notices_all_read", "notice_read"}
NO_PAGES |= {"mail_stop", "mail_again"}  # by a signed link, without signing in; a press of a button
NO_PAGES |= {"tour", "look_as", "gallery"}  # in a demonstration only
NO_PAGES |= {"voucher_known", "calendar"}  # a fragment of a form; the way to this year
NO_PAGES |= {"uploads", "upload"}  # spoken to by a program
NO_PAGES |= {"projects_export", "project_pdf", "project_package"}  # files
NO_PAGES |= {"storage:download", "storage:file", "storage:page", "storage:thumbnail"}  # documents and pictures of them
NO_PAGES |= {"own_picture", "sheet", "slot_room"}  # pictures, photos behind a PDF, a piece of a form
KINDS |= {
    "lendings": "list",
    "new_lending": "form",
    "lending_paper": "detail",
    "account": "detail",
    "own_password": "form",
    "own_contacts": "form",
    "mfa_index": "detail",
    "mfa_activate_totp": "form",
    "mfa_add_webauthn": "form",
    "mfa_generate_recovery_codes": "form",
    "invite": "form",
    "reset_access": "detail",
    "register_team": "form",
    "correct_team": "form",
    "register_organisation": "form",
    "import_teams": "form",
    "import_organisations": "form",
    "add_townships": "form",
    "rename_organisation": "form",
    "dissolve_organisation": "form",
    "close_account": "form",
    "reopen_account": "form",
    "exports": "list",
    "document": "detail",
    "terms": "list",
}
KINDS |= {
    "finance": "dashboard",
    "sources": "list",
    "books": "list",
    "book_accounts": "list",
    "book_account": "list",
    "book_entry": "detail",
    "audit": "list",
    "audit_sample": "list",
}
NO_PAGES |= {"books_export", "cash_plan", "audit_duties", "audit_evidence"}  # files
NO_PAGES |= {"terms_sheet", "budget_file", "import_teams_file", "import_organisations_file"}
NO_PAGES |= {
    "account_login",  # the same as login, under the name that allauth knows
    "account_reauthenticate",  # proving again counts attempts: opening it often is refused
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_authenticate",  # open only between password and second factor
    "mfa_trust",
    "account_inactive",  # open to nobody who is signed in
    "enter",  # its address is a secret that nobody keeps
    "kept",  # there is something to show only after a refusal
    "leave_elsewhere",  # a button, not a page
    "mfa_list_webauthn",  # the same as mfa_index
    "mfa_view_recovery_codes",  # only with a second factor, which nobody in the demonstration has
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
}
