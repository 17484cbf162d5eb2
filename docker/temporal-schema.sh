#!/bin/sh
# Creates Temporal's two databases, or brings them up to this version; may run any number of times.
set -eu

apply() {
  database=$1
  schema=$2
  tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS -p $DB_PORT -u $POSTGRES_USER --db $database"
  $tool create
  $tool setup-schema -v 0.0
  $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
}

apply temporal temporal
apply temporal_visibility visibility
