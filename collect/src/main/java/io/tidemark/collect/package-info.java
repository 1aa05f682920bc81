/** Producers of the raw topic: what log import and traffic generator share. */
@NullMarked
package io.tidemark.collect;

import org.jspecify.annotations.NullMarked;
