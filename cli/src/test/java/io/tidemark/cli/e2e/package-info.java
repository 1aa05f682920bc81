/** The whole way from log to counts, on real Kafka, Postgres and Flink, compared with an oracle of its own. */
@NullMarked
package io.tidemark.cli.e2e;

import org.jspecify.annotations.NullMarked;
