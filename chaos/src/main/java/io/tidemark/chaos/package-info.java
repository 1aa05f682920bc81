/** Chaos: the proof of exactly once as a tool. */
@NullMarked
package io.tidemark.chaos;

import org.jspecify.annotations.NullMarked;
