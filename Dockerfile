# Pin it for a release: --build-arg PYTHON_IMAGE=docker.io/library/python:3.13-slim@sha256:...
ARG PYTHON_IMAGE=docker.io/library/python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
ENV PATH=/opt/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# From the same image as the final stage: a virtual environment points at its interpreter by path.
RUN python3 -m venv /opt/venv
WORKDIR /build
# With the extra `traces`: an agent is a setting, and without one nothing of it is loaded.
COPY requirements-traces.txt ./
# The lock is complete, so pip has nothing to resolve: older versions of it go past a pin to a newer release for an extra.
RUN pip install --require-hashes --no-deps -r requirements-traces.txt && pip check
COPY requirements-dev.txt ./
# The build backend comes from the lock as well, and does not stay.
RUN awk '/^[a-z]/ {wanted = /^setuptools==/} wanted' requirements-dev.txt > backend.txt \
 && pip install --require-hashes --no-deps -r backend.txt
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
# The root file system is read-only at run time: byte code is made now, valid whatever time stamps a copy gets.
RUN pip install --no-deps --no-build-isolation . \
 && pip uninstall --yes setuptools pip \
 && python3 -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib

FROM ${PYTHON_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Takeoff Mailer" \
      org.opencontainers.image.description="Transactional-mail worker: RabbitMQ to SMTP, with retries in the broker and a hospital for what cannot be delivered" \
      org.opencontainers.image.source="https://github.com/OpenSourceNest/takeoff-mailer" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
# Where .env is looked for; var/ holds the ledger (DATABASE_URL), for which the user below must be able to write.
WORKDIR /app
COPY deploy/datadog deploy/datadog
RUN mkdir var && chown 10001:10001 var
VOLUME /app/var
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=15s --retries=3 CMD ["takeoff-mailer", "healthcheck"]
ENTRYPOINT ["takeoff-mailer"]
CMD ["worker"]
