# One image for everything: `serve` (web and worker together), `web`, `worker`, `migrate`; compose.yaml shows them apart.
# python:slim is Debian with glibc: several of our wheels do not exist for musl.

FROM python:3.11-slim AS assets
WORKDIR /build
COPY requirements-node.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements-node.lock
COPY pwa/package.json pwa/package-lock.json pwa/npm.py pwa/
RUN python pwa/npm.py install pwa
COPY pwa pwa
RUN python pwa/npm.py build

FROM python:3.11-slim
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml ./
COPY backend backend
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e . && python -m compileall -q backend
COPY i18n i18n
RUN if ls i18n/*/LC_MESSAGES/*.po >/dev/null 2>&1; then pybabel -q compile -d i18n -D suishouban; fi
COPY pwa pwa
COPY --from=assets /build/pwa/dist pwa/dist

# The program belongs to root and cannot change itself; only /data is its own.
RUN useradd --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin suishouban && chmod 700 /data
USER suishouban
VOLUME /data

# The demo signs anybody in as anybody. It is off here, and it refuses to listen beyond loopback even if switched on.
ENV SUISHOUBAN_DEMO=off HOST=0.0.0.0 PORT=8000 DATA=/data PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/livez\", timeout=2)"]

ENTRYPOINT ["python", "-m", "backend"]
CMD ["serve"]
