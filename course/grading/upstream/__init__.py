"""What is changed of nbgrader and its libraries while we use them.

| module | holds |
|---|---|
| `table` | all that is private or replaced, why, and what happens without it |
| `gradebook_engine` | one database engine for all gradebooks of a run |
| `metadata_schema` | nbgrader's schema of cell metadata, examined once a run |
| `jsonschema_formats` | an import of jsonschema's left out that costs a second |
| `surroundings` | Alembic as a library, a logger, silence about deprecated SQLAlchemy |
"""
