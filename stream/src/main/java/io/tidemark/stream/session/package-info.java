/** The session job: enriched records in; sessions of visitors out. */
@NullMarked
package io.tidemark.stream.session;

import org.jspecify.annotations.NullMarked;
