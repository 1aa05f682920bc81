/** The enrich job: raw events in; rows of processed_events and enriched records out. */
@NullMarked
package io.tidemark.stream.enrich;

import org.jspecify.annotations.NullMarked;
