/** What the Flink jobs share: records of Kafka, start positions, counters. */
@NullMarked
package io.tidemark.stream;

import org.jspecify.annotations.NullMarked;
