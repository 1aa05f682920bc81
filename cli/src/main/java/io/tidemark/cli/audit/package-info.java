/** Checks that every event is accounted for, against Kafka's offsets and the tables. Changes nothing. */
@NullMarked
package io.tidemark.cli.audit;

import org.jspecify.annotations.NullMarked;
