# syntax=docker/dockerfile:1
# The worker for production: no sandbox, no build tools, no root.

FROM maven:3.9-eclipse-temurin-17 AS build
WORKDIR /build
COPY .mvn .mvn
COPY pom.xml ./
COPY workflows workflows
COPY activities activities
COPY worker worker
# The parent names it as a module; its sources stay outside.
COPY sandbox/pom.xml sandbox/pom.xml
RUN --mount=type=cache,target=/root/.m2 \
    mvn -q -B -pl worker -am -Dmaven.test.skip=true -Dspotless.check.skip=true package

FROM eclipse-temurin:17-jre
RUN useradd --system --uid 10001 --home-dir /var/lib/overwinter --create-home overwinter \
    && install -d -o overwinter -g overwinter -m 0700 \
        /var/lib/overwinter/archive /var/lib/overwinter/logs
COPY --from=build /build/worker/target/lib /opt/overwinter/lib
COPY --from=build /build/worker/target/overwinter-worker.jar /opt/overwinter/
USER 10001
WORKDIR /var/lib/overwinter
ENV OVERWINTER_ARCHIVE_DIRECTORY=/var/lib/overwinter/archive \
    OVERWINTER_LOG_FILE=/var/lib/overwinter/logs/overwinter.log
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=70", "-XX:+ExitOnOutOfMemoryError", "-jar", "/opt/overwinter/overwinter-worker.jar"]
CMD ["worker"]
