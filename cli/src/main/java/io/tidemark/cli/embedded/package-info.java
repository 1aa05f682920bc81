/**
 * The embedded stack: a real Kafka broker, PostgreSQL and Flink cluster under one data folder, reachable from this
 * machine only.
 */
@NullMarked
package io.tidemark.cli.embedded;

import org.jspecify.annotations.NullMarked;
