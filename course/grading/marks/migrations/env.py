"""Alembic's entry: run the migrations over the connection that `course.grading.marks.schema` opened."""

from alembic import context

from course.grading.marks.schema import METADATA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
