/** The aggregate job: enriched records in; counts of tumbling windows out. */
@NullMarked
package io.tidemark.stream.aggregate;

import org.jspecify.annotations.NullMarked;
