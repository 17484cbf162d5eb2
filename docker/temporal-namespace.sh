#!/bin/sh
# Creates the namespace, or sets how long its finished runs are kept, and registers the search
# attributes that runs show themselves by; may run any number of times.
set -eu

tries=60
until temporal operator cluster health >/dev/null 2>&1; do
  tries=$((tries - 1))
  if [ "$tries" -le 0 ]; then
    echo "Temporal does not answer at $TEMPORAL_ADDRESS" >&2
    exit 1
  fi
  sleep 2
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# A namespace just made is not known everywhere in the server at once.
search_attribute() {
  tries=30
  until temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" 2>/dev/null |
    grep -qw "$1"; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ]; then
      echo "The search attribute $1 cannot be registered" >&2
      exit 1
    fi
    temporal operator search-attribute create \
      --namespace "$TEMPORAL_NAMESPACE" --name "$1" --type "$2" || sleep 2
  done
}

search_attribute MigrationState Keyword
search_attribute MigrationStep Keyword
search_attribute MigrationNeedsOperator Bool
