"""What is changed of nbgrader and its libraries while we use them.

| module | holds |
|---|---|
| `gradebook_engine` | one database engine for all gradebooks of a run |
| `metadata_schema` | nbgrader's schema of cell metadata, examined once a run |
| `jsonschema_formats` | an import of jsonschema's left out that costs a second |
| `surroundings` | tools on the path, a logger, silence about deprecated SQLAlchemy |
"""
