"""Date arithmetic between columns, which the ORM does not spell alike everywhere."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Func
from django.db.models.sql.compiler import SQLCompiler


class SecondsLater(Func):
    """The moment a number of seconds after another moment; NULL if either is NULL."""

    arity = 2
    arg_joiner = " + "
    template = "(%(expressions)s * interval '1 second')"
    output_field = DateTimeField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, Any]:
        """Spell it with Django's own function, exact to the microsecond."""
        return self.as_sql(
            compiler,
            connection,
            template="django_format_dtdelta('+', %(expressions)s * 1000000)",
            arg_joiner=", ",
            **context,
        )
