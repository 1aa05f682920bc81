/** From an event in memory to one that Kafka has acknowledged, once: repeats, a spool for outages, what was sent before a restart. */
@NullMarked
package io.tidemark.collect.intake;

import org.jspecify.annotations.NullMarked;
