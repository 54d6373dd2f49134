# The gateway as an image: docker build -t portcullis .
# Two stages: what builds it stays behind. It runs as nobody in particular, on a file system that may be read-only but
# for /data.
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
RUN python -m venv /opt/portcullis
COPY requirements/image.txt requirements/
RUN /opt/portcullis/bin/pip install --require-hashes --only-binary :all: -r requirements/image.txt
COPY pyproject.toml README.md LICENSE ./
COPY gateway/ gateway/
RUN /opt/portcullis/bin/pip install --no-deps --no-build-isolation . && \
    /opt/portcullis/bin/python -m compileall -q /opt/portcullis/lib

FROM python:3.13-slim
RUN groupadd --gid 10001 portcullis && \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin portcullis && \
    install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/portcullis /opt/portcullis
COPY policies/ /policies/
ENV PATH=/opt/portcullis/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    GATEWAY_POLICIES=/policies GATEWAY_DATA=/data GATEWAY_HOST=0.0.0.0 GATEWAY_PORT=8080
USER 10001:10001
VOLUME /data
EXPOSE 8080
# The port may be set anew, so it is read when the check runs.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:%s/readyz' % os.environ['GATEWAY_PORT'], timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["gateway"]
CMD ["serve"]
