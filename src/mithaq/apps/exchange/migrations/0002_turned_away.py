from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0001_exchange")]

    operations = [
        migrations.CreateModel(
            name="TurnedAway",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("ground", models.CharField(max_length=60)),
                ("times", models.PositiveBigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "ground"), name="exchange_turned_away_once"
                    )
                ]
            },
        ),
    ]
