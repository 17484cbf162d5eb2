# The worker for production: no build tools, no sandbox, no root.
#
#   docker build -t overwinter-worker .
#   docker build -t overwinter-sandbox --target sandbox .    # what it can be tried with
#
# The images it stands on may come from a registry of your own:
#   --build-arg BUILD_IMAGE=… --build-arg RUNTIME_IMAGE=…
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-17
ARG RUNTIME_IMAGE=eclipse-temurin:17-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY .mvn .mvn
COPY pom.xml ./
COPY workflows workflows
COPY activities activities
COPY worker worker
# The parent names them as modules.
COPY sandbox/pom.xml sandbox/pom.xml
COPY bench/pom.xml bench/pom.xml
RUN --mount=type=cache,target=/root/.m2 \
    mvn -q -B -pl worker -am -Dmaven.test.skip=true -Dspotless.check.skip=true package

FROM build AS build-sandbox
COPY sandbox sandbox
RUN --mount=type=cache,target=/root/.m2 \
    mvn -q -B -pl sandbox -am -Dmaven.test.skip=true -Dspotless.check.skip=true package

FROM ${RUNTIME_IMAGE} AS runtime
RUN useradd --system --uid 10001 --home-dir /var/lib/overwinter --create-home overwinter \
    && install -d -o overwinter -g overwinter -m 0700 \
        /var/lib/overwinter/archive /var/lib/overwinter/logs
COPY --chmod=0755 docker/overwinter /usr/local/bin/overwinter
USER 10001
WORKDIR /var/lib/overwinter
STOPSIGNAL SIGTERM
ENTRYPOINT ["overwinter"]

# Planted source, empty target and a stand-in for Stack Auth.
FROM runtime AS sandbox
COPY --from=build-sandbox /build/sandbox/target/lib /opt/overwinter/lib
COPY --from=build-sandbox /build/sandbox/target/overwinter-sandbox.jar /opt/overwinter/overwinter.jar
EXPOSE 5433 5434 8102
CMD ["sandbox", "--listen", "0.0.0.0", "--directory", "."]

FROM runtime AS worker
ENV OVERWINTER_ARCHIVE_DIRECTORY=/var/lib/overwinter/archive \
    OVERWINTER_LOG_FILE=/var/lib/overwinter/logs/overwinter.log
COPY --from=build /build/worker/target/lib /opt/overwinter/lib
COPY --from=build /build/worker/target/overwinter-worker.jar /opt/overwinter/overwinter.jar
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 \
    CMD ["overwinter", "health"]
CMD ["worker"]
