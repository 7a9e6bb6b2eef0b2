"""The figures of reviews that ended before they were kept."""

from django.db import migrations

from grants.reviews.figures import fill


class Migration(migrations.Migration):
    dependencies = [("grants", "0004_tables_of_2026_11")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
