/** How long it takes until an event and a window are in the tables, under a load that waits for nobody. */
@NullMarked
package io.tidemark.bench.latency;

import org.jspecify.annotations.NullMarked;
