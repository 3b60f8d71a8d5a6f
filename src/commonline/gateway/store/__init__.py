"""The gateway's database: tables, migrations, and who may see which rows."""
