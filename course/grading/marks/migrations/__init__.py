"""How databases of kept answers of older versions become today's: one file a version, run in order by Alembic."""
