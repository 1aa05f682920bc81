package io.tidemark.stream.enrich;

import io.tidemark.model.EnrichedEvent;
import io.tidemark.model.SourceCoordinates;

/** An enriched event whose row is stored, and where its raw event stands. */
public record Enriched(EnrichedEvent event, SourceCoordinates source) {}
