/** Kafka, PostgreSQL and Flink on this machine as processes of their own, watched, and started again when they die. */
@NullMarked
package io.tidemark.cli.cluster;

import org.jspecify.annotations.NullMarked;
