# One image for every process: compose.yml and Procfile say which commands there are, and the
# environment says which part a process plays (docs/settings.md).
FROM python:3.13-slim

# The templates and static files of the project lie beside its packages, so processes run from the
# source; the installation brings everything it needs.
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/app \
    ROOMKIT_DATA_DIR=/data \
    ROOMKIT_LOG_FORMAT=json

WORKDIR /app
COPY . .
RUN pip install --no-cache-dir '.[project,postgres,redis,celery]' \
    && useradd --system --uid 10001 --no-create-home roomkit \
    && install --directory --owner=roomkit /data

USER roomkit
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "manage.py", "up", "--host", "0.0.0.0", "--port", "8000"]
